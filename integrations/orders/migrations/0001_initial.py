
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('connections', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SalesOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=40)),
                ('content', models.JSONField()),
                ('content_digest', models.CharField(max_length=64)),
                ('buyer', models.CharField(max_length=60)),
                ('ordered_on', models.DateField()),
                ('total', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('line_count', models.PositiveIntegerField()),
                ('source', models.CharField(choices=[('api', 'API'), ('file', 'file')], max_length=8)),
                ('submitted_at', models.DateTimeField()),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='connections.connection')),
            ],
            options={
                'indexes': [models.Index(fields=['connection', '-id'], name='orders_newest_first')],
                'constraints': [models.UniqueConstraint(fields=('connection', 'reference'), name='a_reference_is_one_order_per_connection'), models.CheckConstraint(condition=models.Q(('reference', ''), _negated=True), name='an_order_has_a_reference')],
            },
        ),
    ]
