"""What several tests run against: a real Laurel server, real images, the official validator."""
