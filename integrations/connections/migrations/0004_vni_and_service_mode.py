from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Q, Subquery
import django.db.models.deletion

KINDS = [('connect', 'Visma Connect, a person consents'), ('service', 'Service, approved in the App Store'), ('vni', 'VNI, the older server; a person consents')]


def take_kind_of_application(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now a grant was of its application's kind."""
    Application = apps.get_model('connections', 'Application')
    kind = Application.objects.filter(pk=OuterRef('application_id')).values('kind')
    apps.get_model('connections', 'Grant').objects.update(kind=Subquery(kind))


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0003_issuer_of_a_consent'),
    ]

    operations = [
        migrations.AlterField(
            model_name='application',
            name='kind',
            field=models.CharField(choices=KINDS, max_length=12),
        ),
        migrations.AlterField(
            model_name='integration',
            name='route',
            field=models.CharField(choices=[('salesorder-v3', 'Sales Order V3'), ('erp-v1', 'ERP API v1')], default='salesorder-v3', max_length=20),
        ),
        migrations.AddField(
            model_name='grant',
            name='kind',
            field=models.CharField(choices=KINDS, default='connect', max_length=12),
            preserve_default=False,
        ),
        migrations.RunPython(take_kind_of_application, migrations.RunPython.noop, elidable=True),
        migrations.AddField(
            model_name='grant',
            name='kept_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='connection',
            name='standby',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='standing_by', to='connections.grant'),
        ),
        migrations.AlterField(
            model_name='pendingconsent',
            name='sealed_verifier',
            field=models.BinaryField(null=True),
        ),
        migrations.AlterField(
            model_name='pendingconsent',
            name='nonce',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='pendingconsent',
            name='declared_user',
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='pendingconsent',
            name='cut_off',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=Q(('kind__in', ['connect', 'service', 'vni'])), name='a_grant_has_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(condition=Q(('ended_at__isnull', True), ('kept_until__isnull', True), ('kind', 'vni')), fields=('application', 'visma_user'), name='one_living_vni_grant_per_visma_user'),
        ),
    ]
