from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0009_order_in_a_key'),
        ('deliveries', '0003_priorities'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='delivery',
            name='deliveries_pending',
        ),
        migrations.AddField(
            model_name='delivery',
            name='behind',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='delivery',
            name='queue_key',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='delivery',
            name='rehearsal',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='delivery',
            name='rehearsed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='lane',
            name='shadow_ends_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='lane',
            name='shadow_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('behind', False), ('paused_at__isnull', True), ('state', 'pending')), fields=['lane', 'priority', 'due_at', 'id'], name='deliveries_pending'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(models.Q(('queue_key', ''), _negated=True), models.Q(('state__in', ['delivered', 'cancelled']), _negated=True)), fields=['lane', 'queue_key', 'id'], name='deliveries_open_in_a_key'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('rehearsed_at__isnull', True), ('state', 'pending')), fields=['lane', 'id'], name='deliveries_unrehearsed'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('priority', 1), _negated=True), fields=['lane', 'priority', '-id'], name='deliveries_by_priority'),
        ),
    ]
