package oncall

import "time"

// Place puts a wall time of a zone on the time line, by the rules of the package.
func Place(day Date, hour, minute, second int, loc *time.Location) time.Time {
	at, _ := instant(dayNumber(day)*secondsPerDay+int64(hour)*3600+int64(minute)*60+int64(second), loc)
	return at
}
