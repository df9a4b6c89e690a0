package observation

import "time"

// Upkeep is what a service that reads registries says of a package that its makers gave up, or
// of which no version came for long.
type Upkeep struct {
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	// Source is the service, for people, with the licence of its data; Asked when it said so.
	Source string    `json:"source"`
	Asked  time.Time `json:"asked"`
	// Gone means that the registry has it no more, Deprecated that it calls its latest version
	// so, with the reason that its makers give.
	Gone       bool   `json:"gone,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
	Reason     string `json:"reason,omitempty"`
	// NewestAt is the day of the newest of all versions; zero where it is not known.
	NewestAt time.Time `json:"newestAt,omitzero"`
}
