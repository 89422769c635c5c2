from django.db import migrations


class Migration(migrations.Migration):
    """The apps of the parts take these models over; their tables stay, and so does the party of a ticket."""

    dependencies = [
        ('matchmaking', '0003_places_and_penalties'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name='ticket', name='party'),
                migrations.DeleteModel(name='Invite'),
                migrations.DeleteModel(name='PartyMember'),
                migrations.DeleteModel(name='Party'),
            ]
        ),
    ]
