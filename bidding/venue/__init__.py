"""Where an evaluation takes place: home and guest sites, rooms, and which seat sits in which."""
