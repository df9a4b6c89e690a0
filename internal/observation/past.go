package observation

import "time"

// Past is which packages the main line of a repository listed over some months. It holds no
// name of a person: who made a change is a number, which means nothing outside of it.
type Past struct {
	// From is the beginning of the window, Until its end.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Begun means that the repository had no commit before From.
	Begun bool `json:"begun,omitempty"`
	// Changes are the commits of the main line that changed what is listed, oldest first.
	Changes []PastChange `json:"changes,omitempty"`
	// Packages are sorted by ecosystem, name and version.
	Packages []PastPackage `json:"packages,omitempty"`
	// Unread counts the states of manifests that could not be read. What they listed is taken
	// to be what the last state listed that could be.
	Unread int `json:"unread,omitempty"`
}

// PastChange is one commit of the main line.
type PastChange struct {
	At int64 `json:"at"` // seconds since 1970; never before that of the change before it
	// By numbers the person whose commit it is, from 1 on; 0 is a machine.
	By int32 `json:"by,omitempty"`
}

// PastPackage is a package at a version, with when it was listed.
type PastPackage struct {
	Ecosystem string `json:"e"`
	Name      string `json:"n"`
	Version   string `json:"v,omitempty"`
	Stays     []Stay `json:"s"`
}

// Coordinate is the package at its version.
func (p PastPackage) Coordinate() Coordinate {
	return Coordinate{Ecosystem: p.Ecosystem, Name: p.Name, Version: p.Version}
}

// Stay is a time in which a package was listed: from one of Past.Changes to another, by their
// places. The first is Before for what was there when the window began, the second Still for
// what is there at its end. The third is 1 where it only built or tested.
type Stay [3]int32

// Ends of a stay that are no change.
const (
	Before = -1
	Still  = -1
)

// ForDevelopment reports a stay of what only builds or tests.
func (s Stay) ForDevelopment() bool { return s[2] != 0 }

// At are the packages that were listed at a time of the window, by their places.
func (p Past) At(at time.Time) []int { return p.listedAt(at, func(Stay) bool { return true }) }

// RunningAt are those of At that were listed for more than building and testing.
func (p Past) RunningAt(at time.Time) []int {
	return p.listedAt(at, func(s Stay) bool { return !s.ForDevelopment() })
}

func (p Past) listedAt(at time.Time, counts func(Stay) bool) []int {
	last := -1 // the newest change by then
	for i, c := range p.Changes {
		if c.At <= at.Unix() {
			last = i
		}
	}
	var listed []int
	for i, one := range p.Packages {
		for _, s := range one.Stays {
			if counts(s) && int(s[0]) <= last && (s[1] == Still || int(s[1]) > last) {
				listed = append(listed, i)
				break
			}
		}
	}
	return listed
}
