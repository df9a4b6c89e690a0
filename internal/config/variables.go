package config

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fileVariable names the settings file.
const fileVariable = "MIDSPAN_CONFIG"

// variable is the name of the variable of the environment that a setting is read from.
func (s setting) variable() string {
	return "MIDSPAN_" + strings.ToUpper(strings.ReplaceAll(s.key, "-", "_"))
}

// Variables are the names of the variables of the environment that are settings, and of the
// one that names the settings file.
func Variables() []string {
	names := []string{fileVariable}
	for _, s := range settings(&Config{}) {
		if !slices.Contains(names, s.variable()) {
			names = append(names, s.variable())
		}
	}
	return names
}

// dayOfBuild is the day that SOURCE_DATE_EPOCH names, in seconds since 1970, or now where
// it is not set (https://reproducible-builds.org/specs/source-date-epoch/).
func dayOfBuild(now time.Time) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return now, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds >= 253402300800 { // the year 10000
		return now, fmt.Errorf("SOURCE_DATE_EPOCH: %q is not a number of seconds since 1970", text)
	}
	return time.Unix(seconds, 0), nil
}
