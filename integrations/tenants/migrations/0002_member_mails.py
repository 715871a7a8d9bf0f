from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='mails',
            field=models.CharField(blank=True, choices=[('incidents', 'Each incident'), ('summaries', 'One mail a day'), ('none', 'Nothing')], default='', max_length=12),
        ),
    ]
