
import datetime
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('connections', '0001_initial'),
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lane',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company_key', models.CharField(max_length=60)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('leased_until', models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))),
                ('served_at', models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))),
                ('shut_at', models.DateTimeField(blank=True, null=True)),
                ('shut_because', models.CharField(blank=True, max_length=200)),
                ('rests_until', models.DateTimeField(blank=True, null=True)),
                ('setbacks', models.PositiveSmallIntegerField(default=0)),
                ('clock_offset', models.DurationField(blank=True, null=True)),
                ('connection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='lane', to='connections.connection')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('sending', 'Sending'), ('uncertain', 'Uncertain'), ('delivered', 'Delivered'), ('rejected', 'Needs a correction'), ('parked', 'Needs a decision'), ('cancelled', 'Cancelled')], default='pending', max_length=12)),
                ('reason', models.CharField(blank=True, choices=[('', ''), ('several_found', 'Several orders carry this reference in Visma.net'), ('differs', 'An order with this reference has another buyer or total'), ('attempts_spent', 'Visma.net refused it too many times'), ('double_suspected', 'It may be in Visma.net after all'), ('cant_be_asked', "Visma.net can't be asked whether it arrived"), ('fault_of_ours', 'The portal could not handle it')], default='', max_length=20)),
                ('due_at', models.DateTimeField()),
                ('epoch', models.PositiveIntegerField(blank=True, null=True)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('charged', models.PositiveSmallIntegerField(default=0)),
                ('set_aside', models.PositiveSmallIntegerField(default=0)),
                ('payload', models.TextField(blank=True)),
                ('route', models.CharField(blank=True, max_length=20)),
                ('first_sent_at', models.DateTimeField(blank=True, null=True)),
                ('visma_company', models.CharField(max_length=60)),
                ('visma_type', models.CharField(blank=True, max_length=10)),
                ('visma_number', models.CharField(blank=True, max_length=30)),
                ('late_number', models.CharField(blank=True, max_length=45)),
                ('quarantined_until', models.DateTimeField(blank=True, null=True)),
                ('look_at', models.DateTimeField(blank=True, null=True)),
                ('uncertain_at', models.DateTimeField(blank=True, null=True)),
                ('misses', models.PositiveSmallIntegerField(default=0)),
                ('missed_at', models.DateTimeField(blank=True, null=True)),
                ('kept_refusal', models.BooleanField(default=False)),
                ('cancel_wanted_at', models.DateTimeField(blank=True, null=True)),
                ('paused_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.JSONField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='delivery', to='orders.salesorder')),
                ('lane', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='deliveries.lane')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.PositiveIntegerField()),
                ('begun_at', models.DateTimeField()),
                ('whole', models.BooleanField()),
                ('finding', models.CharField(choices=[('hit', 'There it is'), ('miss', 'Not there'), ('differs', 'There, but with another buyer or total'), ('several', 'There several times'), ('failed', 'Visma.net could not be asked')], max_length=10)),
                ('rows_read', models.PositiveIntegerField(default=0)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('numbers', models.CharField(blank=True, max_length=400)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='looks', to='deliveries.delivery')),
            ],
            options={
                'ordering': ['delivery', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('epoch', models.PositiveIntegerField()),
                ('route', models.CharField(max_length=20)),
                ('token_number', models.PositiveIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ending', models.CharField(blank=True, choices=[('', 'Under way'), ('gate', 'Nothing was sent'), ('withdrawn', 'Taken back before it was sent'), ('answered', 'Answered'), ('unknown', 'The answer was lost')], default='', max_length=10)),
                ('curl_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('fault', models.CharField(blank=True, max_length=200)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('visma_type', models.CharField(blank=True, max_length=10)),
                ('visma_number', models.CharField(blank=True, max_length=30)),
                ('answer', models.CharField(blank=True, max_length=2000)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='deliveries.delivery')),
            ],
            options={
                'ordering': ['delivery', 'number'],
                'constraints': [models.UniqueConstraint(fields=('delivery', 'number'), name='attempts_are_numbered_per_delivery'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('delivery',), name='at_most_one_open_attempt_per_delivery'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ending', ''), _negated=True), _connector='XOR'), name='an_attempt_ends_in_some_way'), models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('status__isnull', False), _connector='XOR'), name='an_answer_has_a_status')],
            },
        ),
        migrations.AddIndex(
            model_name='lane',
            index=models.Index(fields=['served_at', 'id'], name='lanes_by_when_served'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('paused_at__isnull', True), ('state', 'pending')), fields=['lane', 'due_at', 'id'], name='deliveries_pending'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['lane'], name='deliveries_sending'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'uncertain')), fields=['lane', 'look_at'], name='deliveries_uncertain'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['lane', 'state', '-id'], name='deliveries_by_state'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'delivered'), ('visma_number', ''), _connector='XOR'), name='delivered_exactly_when_there_is_a_number'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'sending'), ('epoch__isnull', True), _connector='XOR'), name='sending_exactly_when_there_is_an_epoch'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'parked'), ('reason', ''), _connector='XOR'), name='parked_exactly_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'uncertain'), _negated=True), models.Q(('look_at__isnull', False), ('quarantined_until__isnull', False)), _connector='OR'), name='uncertain_only_with_a_quarantine_and_a_look'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('visma_number', ''), _negated=True), fields=('visma_company', 'visma_type', 'visma_number'), name='a_number_of_visma_belongs_to_one_delivery'),
        ),
    ]
