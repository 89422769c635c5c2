import django.core.validators
import django.db.models.deletion
from django.conf import settings
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
        ('progression', '0004_one_index_by_player'),
        ('world', '0005_parts_are_apps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Recovery',
                    fields=[
                        ('character', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='world.character')),
                        ('at', models.DateTimeField(db_index=True)),
                    ],
                    options={
                        'verbose_name_plural': 'recoveries',
                        'db_table': 'world_recovery',
                    },
                ),
                migrations.CreateModel(
                    name='Ability',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('name', models.SlugField(max_length=40, unique=True)),
                        ('title', models.CharField(max_length=60)),
                        ('description', models.CharField(blank=True, max_length=300)),
                        ('kind', models.CharField(choices=[('damage', 'Damage'), ('heal', 'Heal')], default='damage', max_length=6)),
                        ('power', models.PositiveIntegerField(help_text="In percent of one's attack", validators=[django.core.validators.MinValueValidator(1)])),
                        ('cooldown_ms', models.PositiveIntegerField(default=0)),
                        ('stamina_cost', models.PositiveIntegerField(default=0)),
                        ('level', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)])),
                    ],
                    options={
                        'verbose_name_plural': 'abilities',
                        'db_table': 'world_ability',
                        'ordering': ('level', 'name'),
                        'constraints': [models.CheckConstraint(condition=models.Q(('level__gte', 1), ('power__gte', 1)), name='ability_in_bounds')],
                    },
                ),
                migrations.CreateModel(
                    name='Combat',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('seed', models.BigIntegerField()),
                        ('step', models.PositiveIntegerField(default=0)),
                        ('began_at', models.DateTimeField()),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('reason', models.CharField(blank=True, choices=[('defeated', 'Defeated'), ('fled', 'Fled'), ('disconnected', 'Disconnected')], max_length=12)),
                        ('attacker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fights_begun', to='world.character')),
                        ('defender', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fights_met', to='world.character')),
                        ('location', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='world.location')),
                        ('winner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='world.character')),
                    ],
                    options={
                        'db_table': 'world_combat',
                        'constraints': [models.CheckConstraint(condition=models.Q(('attacker', models.F('defender')), _negated=True), name='nobody_fights_themselves'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('reason', ''), ('winner', None)), models.Q(('ended_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='combat_ends_for_a_reason'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('attacker',), name='attacker_of_one_at_a_time'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('defender',), name='defender_from_one_at_a_time')],
                    },
                ),
                migrations.CreateModel(
                    name='Cooldown',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ready_at', models.DateTimeField()),
                        ('ability', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='combat.ability')),
                        ('character', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cooldowns', to='world.character')),
                    ],
                    options={
                        'db_table': 'world_cooldown',
                        'constraints': [models.UniqueConstraint(fields=('character', 'ability'), name='one_cooldown_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Remedy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('heals', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                        ('item', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='progression.item', to_field='slug')),
                    ],
                    options={
                        'verbose_name_plural': 'remedies',
                        'db_table': 'world_remedy',
                        'constraints': [models.CheckConstraint(condition=models.Q(('heals__gte', 1)), name='remedy_heals')],
                    },
                ),
                migrations.CreateModel(
                    name='Reward',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                        ('loser', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('winner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'world_reward',
                        'indexes': [models.Index(fields=['winner', 'loser', 'at'], name='rewards_of_a_pair')],
                    },
                ),
            ]
        ),
        carry_over(('ability', 'combat', 'cooldown', 'recovery', 'remedy', 'reward'), from_app='world', to_app='combat'),
    ]
