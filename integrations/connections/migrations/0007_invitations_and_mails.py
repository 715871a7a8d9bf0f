import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0006_custody_and_standing'),
        ('tenants', '0002_member_mails'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InvitationLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('replaced', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='ListedCompany',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('name', models.CharField(blank=True, max_length=255)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('given_id', models.CharField(blank=True, max_length=80)),
                ('visma_tenant_id', models.UUIDField(blank=True, null=True)),
                ('fault', models.CharField(blank=True, choices=[('no_id', 'No Id'), ('not_an_id', 'Not An Id'), ('not_an_address', 'Not An Address'), ('twice', 'Twice')], max_length=20)),
                ('same_as', models.PositiveIntegerField(blank=True, null=True)),
                ('finding', models.CharField(blank=True, max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('looks', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'listed companies',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('to', models.EmailField(max_length=254)),
                ('key', models.CharField(blank=True, max_length=200)),
                ('sealed_content', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('due_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('given_up_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('finding', models.CharField(max_length=40)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-opened_at'],
            },
        ),
        migrations.AddField(
            model_name='invitation',
            name='code_digest',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='invitation',
            name='code_tries',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='invitation',
            name='error_id',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='invitation',
            name='life',
            field=models.DurationField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='invitation',
            name='renewed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['tenant', 'created_at'], name='invitations_of_a_tenant'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['created_at'], name='invitations_by_age'),
        ),
        migrations.AddField(
            model_name='invitationlink',
            name='invitation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='connections.invitation'),
        ),
        migrations.AddField(
            model_name='listedcompany',
            name='added_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='listedcompany',
            name='connection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='listedcompany',
            name='integration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='listed_companies', to='connections.integration'),
        ),
        migrations.AddField(
            model_name='listedcompany',
            name='invitation',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='listed_company', to='connections.invitation'),
        ),
        migrations.AddField(
            model_name='listedcompany',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='listed_companies', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='mail',
            name='tenant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='outage',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outages', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='mail',
            name='outage',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mails', to='connections.outage'),
        ),
        migrations.AddIndex(
            model_name='listedcompany',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='listed_companies_to_look_at'),
        ),
        migrations.AddConstraint(
            model_name='listedcompany',
            constraint=models.UniqueConstraint(fields=('tenant', 'integration', 'position'), name='a_list_keeps_its_order'),
        ),
        migrations.AddConstraint(
            model_name='outage',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('connection',), name='one_open_outage_per_connection'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('given_up_at__isnull', True), ('sent_at__isnull', True)), fields=['due_at'], name='mails_to_send'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('key',), name='a_mail_is_written_once'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('sealed_content__isnull', True), _connector='OR'), name='a_sent_mail_is_forgotten'),
        ),
    ]
