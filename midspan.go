// Package midspan runs the pipeline inside another program: catalog in, report out. A
// program may add scanners and catalog formats of its own; docs/embedding.md shows how.
//
// This package and the packages catalog and scanners are the public API. docs/versioning.md
// says what stays the same.
package midspan

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/scanners"
)

// Options say what a run reads and where it writes.
type Options struct {
	// Catalogs are files, folders or addresses. Without any, and without Repositories, the
	// embedded sample is read.
	Catalogs []string
	// Repositories are addresses of further repositories, or folders of this machine.
	Repositories []string
	// Advisories is a folder in the OSV layout. Without it, the index of the cache counts.
	Advisories string
	// Mirror names given mirrors: a path with {host}, {owner} and {name}.
	Mirror string
	// Offline touches no network.
	Offline bool
	// AsOf is the day to speak of; zero is that of Now.
	AsOf time.Time
	// Now is the clock. It must be set: time.Now for most.
	Now func() time.Time
	// Store and Report are the folders of the runs and of the report. Cache is that of
	// mirrors and advisories, and is the store where it is empty. Both must be named.
	Store, Report, Cache string
	// Jobs is how many repositories are read at once; zero is the number of processors.
	Jobs int
	// Scanners and Formats are those of the program, beside Midspan's own.
	Scanners []scanners.Scanner
	Formats  []catalog.Format
	// Progress receives the state of the work; it may be nil.
	Progress Progress
}

// Progress receives the progress of the stages. Its methods are called from several
// goroutines, but never at the same time.
type Progress = pipeline.Progress

// Result is what a run found, in numbers, and where the report is.
type Result struct {
	// Index and JSON are the paths of the first page and of report.json.
	Index, JSON string
	// Goods and Repositories were asked for; Scanned repositories were read.
	Goods, Repositories, Scanned int
	// Stages counts goods by stage: "messy-middle", "sustained".
	Stages map[string]int
	// Gaps says what could not be read, in the order of the report.
	Gaps []string
}

// Run reads, scans, judges and publishes. Repositories are read in this process, and not in
// children with limits on their memory, as the program midspan does: give it catalogs that
// you trust, or a process of its own. Its error means that there is no report.
func Run(ctx context.Context, o Options) (result Result, err error) {
	if o.Now == nil || o.Store == "" || o.Report == "" {
		return Result{}, errors.New("midspan: Now, Store and Report must be set")
	}
	cfg, err := config.New(o.Now(), o.set)
	if err != nil {
		return Result{}, err
	}
	progress := o.Progress
	if progress == nil {
		progress = pipeline.Silent{}
	}
	p, err := pipeline.New(ctx, cfg, version(), o.Now, progress, pipeline.WithScanners(o.Scanners...), pipeline.WithFormats(o.Formats...))
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	published, err := p.Run(ctx, o.Repositories)
	if err != nil {
		return Result{}, err
	}
	s := published.Summary
	result = Result{Index: published.Files.Index, JSON: published.Files.Report, Goods: s.Goods, Repositories: s.Repositories, Scanned: s.Scanned,
		Stages: map[string]int{}}
	for stage, goods := range s.Stages {
		result.Stages[string(stage)] = goods
	}
	for _, gap := range published.Gaps {
		result.Gaps = append(result.Gaps, gap.What)
	}
	return result, nil
}

// set changes the defaults of a configuration.
func (o Options) set(c *config.Config) {
	c.Catalog, c.Advisories, c.Mirror, c.Offline = o.Catalogs, o.Advisories, o.Mirror, o.Offline
	c.Store, c.Out, c.Cache = o.Store, o.Report, o.Cache
	if o.Jobs > 0 {
		c.Jobs = o.Jobs
	}
	if !o.AsOf.IsZero() {
		c.AsOf = o.AsOf.UTC().Format(time.DateOnly)
	}
}

// version is that of this module in the program.
func version() string {
	const unknown = "(devel)"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknown
	}
	for _, module := range append(info.Deps, &info.Main) {
		if module.Path == "github.com/midspan/midspan" && module.Version != "" {
			return module.Version
		}
	}
	return unknown
}
