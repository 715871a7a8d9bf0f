
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('visma_tenant_id', models.UUIDField(blank=True, null=True)),
                ('context_id', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(blank=True, max_length=255)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('name_verified', models.BooleanField(default=False)),
                ('currency', models.CharField(blank=True, max_length=5)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'companies',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('checking', 'Being checked'), ('connected', 'Works'), ('broken', 'Needs somebody'), ('disconnected', 'Disconnected')], default='checking', max_length=12)),
                ('problem', models.CharField(blank=True, max_length=40)),
                ('problem_since', models.DateTimeField(blank=True, null=True)),
                ('look_again_at', models.DateTimeField(blank=True, null=True)),
                ('look_again_until', models.DateTimeField(blank=True, null=True)),
                ('proven_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('paused_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('order_type', models.CharField(default='SO', max_length=10)),
                ('branch', models.CharField(blank=True, max_length=30)),
                ('tax_category', models.CharField(blank=True, max_length=10)),
                ('first_status', models.CharField(blank=True, choices=[('', 'As the type says'), ('Open', 'Open'), ('Hold', 'Hold')], default='', max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('visma_tenant_id', models.UUIDField(blank=True, null=True)),
                ('visma_user', models.CharField(blank=True, max_length=120)),
                ('visma_user_email', models.CharField(blank=True, max_length=254)),
                ('visma_user_email_verified', models.BooleanField(default=False)),
                ('scopes', models.CharField(blank=True, max_length=1000)),
                ('sealed_refresh_token', models.BinaryField(null=True)),
                ('refresh_token_digest', models.CharField(blank=True, max_length=64)),
                ('sealed_access_token', models.BinaryField(null=True)),
                ('access_expires_at', models.DateTimeField(blank=True, null=True)),
                ('token_number', models.PositiveIntegerField(default=0)),
                ('stale_number', models.PositiveIntegerField(default=0)),
                ('refresh_lease_until', models.DateTimeField(blank=True, null=True)),
                ('refresh_lease', models.PositiveIntegerField(default=0)),
                ('refresh_sent_at', models.DateTimeField(blank=True, null=True)),
                ('refresh_failures', models.PositiveSmallIntegerField(default=0)),
                ('refresh_due_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_because', models.CharField(blank=True, max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(blank=True, max_length=120)),
                ('detail', models.CharField(blank=True, max_length=400)),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-opened_at'],
            },
        ),
        migrations.CreateModel(
            name='Integration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('slug', models.SlugField(unique=True)),
                ('purpose', models.CharField(blank=True, max_length=240)),
                ('scopes', models.CharField(max_length=600)),
                ('route', models.CharField(choices=[('salesorder-v3', 'Sales Order V3')], default='salesorder-v3', max_length=20)),
                ('reference_prefix', models.CharField(blank=True, max_length=12)),
                ('visma_user_hint', models.CharField(blank=True, max_length=254)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('language', models.CharField(choices=[('en', 'English'), ('nb', 'Norsk bokmål'), ('sv', 'Svenska'), ('da', 'Dansk'), ('fi', 'Suomi'), ('nl', 'Nederlands')], default='en', max_length=8)),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('expected_visma_tenant_id', models.UUIDField(blank=True, null=True)),
                ('expected_number', models.CharField(blank=True, max_length=60)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('connected_at', models.DateTimeField(blank=True, null=True)),
                ('pasted_tenant_id', models.UUIDField(blank=True, null=True)),
                ('pasted_text', models.TextField(blank=True)),
                ('look_again_at', models.DateTimeField(blank=True, null=True)),
                ('look_again_until', models.DateTimeField(blank=True, null=True)),
                ('last_outcome', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='PendingConsent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state_digest', models.CharField(max_length=64, unique=True)),
                ('browser_digest', models.CharField(max_length=64)),
                ('sealed_verifier', models.BinaryField()),
                ('nonce', models.CharField(max_length=64)),
                ('redirect_uri', models.URLField(max_length=400)),
                ('text', models.TextField(blank=True)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('consumed_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('', 'On its way'), ('granted', 'Granted'), ('choosing', 'Choosing the company'), ('failed', 'Did not work out')], default='', max_length=12)),
                ('finding', models.CharField(blank=True, max_length=40)),
                ('sealed_answer', models.BinaryField(null=True)),
                ('companies', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company_key', models.CharField(max_length=60)),
                ('policy', models.CharField(blank=True, max_length=60)),
                ('limit', models.PositiveIntegerField(blank=True, null=True)),
                ('remaining', models.PositiveIntegerField(blank=True, null=True)),
                ('resets_at', models.DateTimeField(blank=True, null=True)),
                ('closed_until', models.DateTimeField(blank=True, null=True)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('slug', models.SlugField(unique=True)),
                ('kind', models.CharField(choices=[('connect', 'Visma Connect, a person consents'), ('service', 'Service, approved in the App Store')], max_length=12)),
                ('client_id', models.CharField(max_length=120)),
                ('invitation_code', models.CharField(blank=True, max_length=60)),
                ('one_time_refresh', models.BooleanField(default=False)),
                ('refresh_grace', models.DurationField(blank=True, null=True)),
                ('uses_openid', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'client_id'), name='one_row_per_registration')],
            },
        ),
        migrations.CreateModel(
            name='ApplicationSecret',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sealed_value', models.BinaryField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='connections.application')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
    ]
