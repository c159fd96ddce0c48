"""Ten bad minutes: real processes under load, killed, stopped and lied to, and then held to what they promised."""
