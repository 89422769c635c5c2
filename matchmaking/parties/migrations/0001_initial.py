import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.moved_models import carry_over


class Migration(migrations.Migration):
    """The tables are there, made by the app ``matchmaking``."""

    initial = True

    dependencies = [
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0005_strangers_have_idempotent_answers'),
        ('matchmaking', '0004_parts_are_apps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Party',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('open', models.BooleanField(default=False)),
                        ('version', models.PositiveIntegerField(default=0)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('leader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'parties',
                        'db_table': 'matchmaking_party',
                    },
                ),
                migrations.CreateModel(
                    name='PartyMember',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ready', models.BooleanField(default=False)),
                        ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='parties.party')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'matchmaking_partymember',
                    },
                ),
            ]
        ),
        carry_over(('party', 'partymember'), from_app='matchmaking', to_app='parties'),
    ]
