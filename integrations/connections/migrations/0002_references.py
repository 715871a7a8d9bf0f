
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('connections', '0001_initial'),
        ('tenants', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='companies', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='connection',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='connections', to='connections.company'),
        ),
        migrations.AddField(
            model_name='grant',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='connections.application'),
        ),
        migrations.AddField(
            model_name='grant',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='connection',
            name='grant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='connections', to='connections.grant'),
        ),
        migrations.AddField(
            model_name='incident',
            name='application',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='connections.application'),
        ),
        migrations.AddField(
            model_name='incident',
            name='connection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='connections.connection'),
        ),
        migrations.AddField(
            model_name='integration',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='integrations', to='connections.application'),
        ),
        migrations.AddField(
            model_name='connection',
            name='integration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='connections', to='connections.integration'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='connection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitations', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='integration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='connections.integration'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='reconnects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reconnect_invitations', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='pendingconsent',
            name='connection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='pendingconsent',
            name='grant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='connections.grant'),
        ),
        migrations.AddField(
            model_name='pendingconsent',
            name='invitation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='connections.invitation'),
        ),
        migrations.AddField(
            model_name='quota',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotas', to='connections.application'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.UniqueConstraint(condition=models.Q(('visma_tenant_id__isnull', False)), fields=('tenant', 'visma_tenant_id'), name='a_tenant_knows_a_visma_company_once'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.CheckConstraint(condition=models.Q(('visma_tenant_id__isnull', False), models.Q(('context_id', ''), _negated=True), _connector='OR'), name='a_company_is_known_by_an_id_of_visma'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('sealed_refresh_token__isnull', True), models.Q(('refresh_token_digest', ''), _negated=True), _connector='XOR'), name='a_refresh_token_has_its_digest'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('stale_number__lte', models.F('token_number'))), name='only_a_token_that_was_stored_goes_stale'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_because', ''), _negated=True), _connector='XOR'), name='a_grant_ends_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.UniqueConstraint(condition=models.Q(('cleared_at__isnull', True)), fields=('kind', 'subject'), name='an_incident_is_opened_once'),
        ),
        migrations.AddConstraint(
            model_name='connection',
            constraint=models.UniqueConstraint(fields=('integration', 'company'), name='one_connection_per_integration_and_company'),
        ),
        migrations.AddConstraint(
            model_name='connection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'connected'), _negated=True), models.Q(('grant__isnull', False), ('proven_at__isnull', False)), _connector='OR'), name='connected_only_with_a_grant_and_a_proof'),
        ),
        migrations.AddConstraint(
            model_name='connection',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'broken'), ('problem', ''), _connector='XOR'), name='broken_exactly_with_a_finding'),
        ),
        migrations.AddConstraint(
            model_name='pendingconsent',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', ''), ('consumed_at__isnull', False), _connector='OR'), name='a_consent_ends_only_when_used'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.UniqueConstraint(fields=('application', 'company_key'), name='one_quota_per_application_and_company'),
        ),
    ]
