// Package registry lists the scanners and the sources. A new one adds one line here.
package registry

import (
	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/archive"
	"github.com/midspan/midspan/scanners/evidence"
	"github.com/midspan/midspan/scanners/forge"
	"github.com/midspan/midspan/scanners/ledger"
	"github.com/midspan/midspan/scanners/maintenance"
	"github.com/midspan/midspan/scanners/maintenance/functions"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/osv/replay"
	"github.com/midspan/midspan/scanners/packages"
	"github.com/midspan/midspan/scanners/runtimes"
	"github.com/midspan/midspan/scanners/scorecard"
	"github.com/midspan/midspan/scanners/scorecard/live"
	"github.com/midspan/midspan/scanners/scorecard/maintained"
	"github.com/midspan/midspan/scanners/signals"
)

// All returns every scanner that each run has, in the order in which reports list them.
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

// Every lists those of each run and those that a setting may ask for.
func Every() ([]scanners.Scanner, error) {
	all, err := All()
	return append(all, Optional()...), err
}

// Optional returns the scanners that a run has where a setting or a policy asks for them. Their
// measures can stand in rules and policies of every run.
func Optional() []scanners.Scanner {
	people := func(r catalog.Repository) replay.People { return maintenance.NewPeople(maintenance.OwnerOf(r)) }
	return []scanners.Scanner{functions.Scanner{}, evidence.Scanner{}, replay.New(people)}
}

// OptionalSources returns the sources that a run has where a setting asks for them. Their
// measures can stand in rules and policies of every run.
func OptionalSources(getenv func(string) string) []scanners.Source {
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	return []scanners.Source{live.New(live.Options{Tokens: forge.TokensFrom(getenv)["github.com"]})}
}

// Sources returns every source on the network, in the order in which they are asked.
// getenv reads the environment, where tokens are; without it there are none.
func Sources(getenv func(string) string) []scanners.Source {
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	return []scanners.Source{
		forge.New(forge.Options{Tokens: forge.TokensFrom(getenv)}),
		archive.New(archive.Options{Token: archive.TokenFrom(getenv)}),
		ledger.New(ledger.Options{Token: ledger.TokenFrom(getenv)}),
		packages.NewDepsDev(packages.Options{}),
		packages.NewEcosystems(packages.Options{}),
	}
}
