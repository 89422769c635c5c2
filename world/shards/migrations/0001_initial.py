import django.db.models.deletion
from django.db import migrations, models

from core.moved_models import carry_over


class Migration(migrations.Migration):
    """The tables are there, made by the app ``world``."""

    initial = True

    dependencies = [
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0005_strangers_have_idempotent_answers'),
        ('world', '0005_parts_are_apps'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Shard',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, unique=True)),
                        ('remaining', models.DurationField(blank=True, null=True)),
                        ('due_at', models.DateTimeField(blank=True, null=True)),
                        ('captor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='world.character')),
                        ('faction', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='shards', to='world.faction')),
                        ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shards', to='world.location')),
                    ],
                    options={
                        'db_table': 'world_shard',
                        'ordering': ('name',),
                        'constraints': [models.CheckConstraint(condition=models.Q(('remaining__isnull', False), ('due_at', None), _connector='OR'), name='shard_due_is_channelled'), models.UniqueConstraint(fields=('captor',), name='one_shard_for_a_captor')],
                    },
                ),
            ]
        ),
        carry_over(('shard',), from_app='world', to_app='shards'),
    ]
