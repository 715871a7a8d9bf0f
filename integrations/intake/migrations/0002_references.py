
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('connections', '0002_references'),
        ('intake', '0001_initial'),
        ('tenants', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='apikey',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='upload',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='upload',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='upload',
            name='uploaded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refusal',
            name='upload',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='intake.upload'),
        ),
        migrations.AddField(
            model_name='uploadchunk',
            name='upload',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='intake.upload'),
        ),
        migrations.AddField(
            model_name='uploadedorder',
            name='upload',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='intake.upload'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['connection', 'digest'], name='uploads_by_digest'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(condition=models.Q(('state__in', ['reading', 'accepting'])), fields=['worked_until'], name='uploads_under_way'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'unreadable'), ('fault', ''), _connector='XOR'), name='unreadable_exactly_with_a_fault'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_count__lte', models.F('order_count'))), name='no_more_taken_in_than_there_were'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['upload', 'id'], name='refusals_page_by_page'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['upload', 'reference'], name='refusals_by_order'),
        ),
        migrations.AddConstraint(
            model_name='uploadchunk',
            constraint=models.UniqueConstraint(fields=('upload', 'number'), name='chunks_are_numbered_per_upload'),
        ),
        migrations.AddIndex(
            model_name='uploadedorder',
            index=models.Index(fields=['upload', 'state', 'id'], name='uploaded_orders_by_state'),
        ),
        migrations.AddConstraint(
            model_name='uploadedorder',
            constraint=models.UniqueConstraint(fields=('upload', 'reference'), name='a_reference_is_one_order_per_upload'),
        ),
    ]
