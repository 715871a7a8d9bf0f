
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('ending', models.CharField(max_length=4)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('column', models.CharField(blank=True, max_length=80)),
                ('value', models.CharField(blank=True, max_length=200)),
                ('code', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=400)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('digest', models.CharField(max_length=64)),
                ('mapping', models.CharField(max_length=40)),
                ('language', models.CharField(default='en', max_length=8)),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('read', 'Waiting for your choice'), ('accepting', 'Orders are being taken in'), ('accepted', 'Taken in'), ('dropped', 'Dropped'), ('unreadable', 'Could not be read')], default='reading', max_length=12)),
                ('fault', models.CharField(blank=True, max_length=600)),
                ('notes', models.JSONField(default=list)),
                ('row_count', models.PositiveIntegerField(default=0)),
                ('good_row_count', models.PositiveIntegerField(default=0)),
                ('refused_row_count', models.PositiveIntegerField(default=0)),
                ('order_count', models.PositiveIntegerField(default=0)),
                ('known_count', models.PositiveIntegerField(default=0)),
                ('refused_count', models.PositiveIntegerField(default=0)),
                ('accepted_count', models.PositiveIntegerField(default=0)),
                ('worked_until', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('uploaded_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-uploaded_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='UploadChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='UploadedOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_row', models.PositiveIntegerField()),
                ('row_count', models.PositiveIntegerField(default=1)),
                ('reference', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('new', 'New'), ('known', 'Already here'), ('taken', 'Taken in')], default='new', max_length=8)),
                ('content', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
    ]
