// Package registry lists the scanners. A new scanner adds one line here.
package registry

import (
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/maintenance"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/runtimes"
	"github.com/midspan/midspan/scanners/scorecard"
	"github.com/midspan/midspan/scanners/scorecard/maintained"
	"github.com/midspan/midspan/scanners/signals"
)

// All returns every scanner, in the order in which reports list them.
func All() ([]scanners.Scanner, error) {
	posture, err := scorecard.New()
	if err != nil {
		return nil, err
	}
	return []scanners.Scanner{
		maintenance.New(),
		signals.New(),
		osv.New(),
		runtimes.Scanner{},
		posture,
		maintained.Scanner{},
	}, nil
}
