from django.db import migrations


class Migration(migrations.Migration):
    """The apps of the parts take these models over; their tables stay."""

    dependencies = [
        ('world', '0004_walked_at'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name='Cooldown'),
                migrations.DeleteModel(name='Ability'),
                migrations.DeleteModel(name='Remedy'),
                migrations.DeleteModel(name='Combat'),
                migrations.DeleteModel(name='Recovery'),
                migrations.DeleteModel(name='Reward'),
                migrations.DeleteModel(name='Shard'),
                migrations.DeleteModel(name='TradeOffer'),
                migrations.DeleteModel(name='Trade'),
            ]
        ),
    ]
