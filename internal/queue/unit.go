// Package queue carries the units of the scan stage to the workers on other machines: River
// on the PostgreSQL database that holds the store.
//
// One process of `midspan run` enqueues the units of its run and waits until the store has
// the scan of each. Workers take units, have them done and store what came out. A unit may
// be done twice, by a worker that was taken for dead and by another: what it writes is the
// same. All times that decide anything are those of the database, so that no clock of a
// worker matters.
package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/midspan/midspan/catalog"
)

// Unit is one repository of a run: to be fetched, read and stored.
type Unit struct {
	Run        int64              `json:"run"`
	AsOf       time.Time          `json:"asOf"`
	Repository catalog.Repository `json:"repository"`
	// OwnerHosts are those of the repository, which its JSON does not hold.
	OwnerHosts string `json:"ownerHosts,omitempty"`
	// Several is set where the repositories of the run are at several hosts.
	Several bool `json:"several,omitempty"`
	// Bytes is the size of the mirror when it was last seen; 0 where it is not known.
	Bytes int64 `json:"bytes,omitempty"`
	// Try counts from 1.
	Try int `json:"-"`
}

// kind is River's name of a unit.
const kind = "scan"

// args is a unit in River's table. Its JSON is of the type jsonb there, which refuses the
// character 0, and a catalog may hold any: the unit is in it as bytes.
type args struct {
	// Key names the unit: River takes no second one with the same.
	Key  string `json:"key" river:"unique"`
	Run  int64  `json:"run"`
	Unit []byte `json:"unit"`
}

// Kind implements river.JobArgs.
func (args) Kind() string { return kind }

func newArgs(unit Unit) (args, error) {
	unit.OwnerHosts = unit.Repository.OwnerHosts
	text, err := json.Marshal(unit)
	sum := sha256.Sum256([]byte(unit.Repository.URL))
	return args{Key: fmt.Sprintf("%d %s", unit.Run, hex.EncodeToString(sum[:16])), Run: unit.Run, Unit: text}, err
}

func (a args) decode() (Unit, error) {
	var unit Unit
	if err := json.Unmarshal(a.Unit, &unit); err != nil {
		return unit, fmt.Errorf("read a unit of the queue: %w", err)
	}
	unit.Repository.OwnerHosts = unit.OwnerHosts
	return unit, nil
}

// maxTries bounds how often a unit is tried: one that ends every worker that takes it must
// not end them all.
const maxTries = 5

// priorityOf is River's, 1 to 4, the smallest first: large mirrors come first, and of those
// that nobody has yet any may be large.
func priorityOf(bytes int64) int {
	switch {
	case bytes == 0 || bytes >= 64<<20:
		return 1
	case bytes >= 8<<20:
		return 2
	case bytes >= 1<<20:
		return 3
	}
	return 4
}

// sharedQueue is the queue of all workers of one program; queues of other programs are not
// touched. ownQueue is that of the workers with one folder of mirrors.
func sharedQueue(program string) string { return "scan-" + program }

func ownQueue(program, cache string) string { return "scan-" + program + "-" + cache }

// Program names what the results of units depend on beside the units: workers take those of
// a run with the same name alone. parts are the version, the scanners and the limits.
func Program(parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:6])
}

func insertParams(unit Unit, queue string) (river.InsertManyParams, error) {
	a, err := newArgs(unit)
	return river.InsertManyParams{Args: a, InsertOpts: &river.InsertOpts{
		Queue: queue, Priority: priorityOf(unit.Bytes), MaxAttempts: maxTries, UniqueOpts: river.UniqueOpts{ByArgs: true},
	}}, err
}
