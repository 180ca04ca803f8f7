"""The participant web app: type your e-mail, land in your team's space."""
