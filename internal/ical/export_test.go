package ical

// WindowsZones is the table behind the names of zones that Windows gives.
var WindowsZones = windowsZones
