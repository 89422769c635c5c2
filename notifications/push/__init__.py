"""Web Push: notifications on devices whose page is closed or hidden."""
