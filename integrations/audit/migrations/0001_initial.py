
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditChain',
            fields=[
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='chain', serialize=False, to='tenants.tenant')),
                ('length', models.PositiveBigIntegerField(default=0)),
                ('head', models.CharField(default='', max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField()),
                ('at', models.DateTimeField()),
                ('verb', models.CharField(max_length=60)),
                ('facts', models.JSONField(default=dict)),
                ('personal', models.JSONField(default=dict)),
                ('salt', models.CharField(max_length=32)),
                ('personal_digest', models.CharField(max_length=64)),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audit_events', to='tenants.tenant')),
            ],
            options={
                'ordering': ['tenant', 'number'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'number'), name='one_event_per_chain_link')],
            },
        ),
    ]
