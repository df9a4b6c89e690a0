// Package osv reads the inventory of a snapshot: the packages that its
// manifests and lockfiles list. The extractors are those of osv-scalibr in the
// selection of osv-scanner, so that the list equals osv-scanner's own; they
// read the commit, never a checkout.
//
// The package also offers osv-scanner itself as a matcher (Matcher), for those
// who prefer OSV's online service, and as the reference for Midspan's own.
//
// Two things in a repository could hide packages. An osv-scanner.toml, with
// which a repository can ignore its own vulnerabilities, is reported and never
// obeyed. A .gitignore is obeyed, as by osv-scanner, and manifests that are
// tracked but hidden by it are reported.
package osv

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"sync"

	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	scalibrfs "github.com/google/osv-scalibr/fs"
	"github.com/google/osv-scalibr/stats"
	"github.com/google/osv-scalibr/version"
	"github.com/google/osv-scanner/v2/pkg/osvscanner"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"

	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/purpose"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// Name is the scanner's name.
const Name = "osv"

// revision counts the changes of this package that change what it yields.
const revision = "18"

var (
	manifestsMeasure = observation.Definition{
		ID: observation.InventoryManifests, Name: "Manifests read", Kind: observation.KindNumber, Unit: observation.UnitFiles, Merge: observation.MergeSum,
		Means: "Manifests, lockfiles and SBOMs from which packages were read, or which list none.",
	}
	brokenMeasure = observation.Definition{
		ID: observation.InventoryManifestsBroken, Name: "Manifests that could not be read", Kind: observation.KindNumber,
		Unit: observation.UnitFiles, Merge: observation.MergeSum,
		Means: "Manifests, lockfiles and SBOMs that do not parse or whose contents are missing: their packages are unknown.",
	}
)

// Scanner lists the packages of a snapshot.
type Scanner struct {
	extractors []filesystem.Extractor
	broken     error // why there are no extractors
	kinds      []manifest.Kind
	index      manifest.Index
	lockNames  map[string]bool // base names of what may lock a kind
	code       code
	hallmarks  texts.Hallmarks
	aliases    map[string][]manifest.Pattern // by ending
}

var _ scanners.Scanner = (*Scanner)(nil)

// New prepares the extractors. They keep no state: one Scanner serves any
// number of goroutines.
func New() *Scanner {
	silenceLogs()
	list, err := extractors()
	s := &Scanner{extractors: list, broken: err, kinds: manifest.Kinds(), lockNames: map[string]bool{}, code: newCode(), hallmarks: texts.NewHallmarks(),
		aliases: aliasesByEnding()}
	s.index = manifest.NewIndex(s.kinds)
	for _, kind := range s.kinds {
		for _, lock := range kind.Locks {
			s.lockNames[path.Base(lock)] = true
		}
	}
	return s
}

// silenceLogs stops the libraries from writing to the standard streams. Their logger
// is global and cannot be given per call; what they log is in their errors
// and statuses too.
var silenceLogs = sync.OnceFunc(func() { osvscanner.SetLogger(slog.DiscardHandler) })

// Name implements scanners.Scanner.
func (s *Scanner) Name() string { return Name }

// Version implements scanners.Scanner.
func (s *Scanner) Version() string { return revision + " osv-scalibr/" + version.ScannerVersion }

// Configuration implements scanners.Scanner.
func (s *Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner: a commit lists the same packages
// at any time.
func (s *Scanner) DependsOnTime() bool { return false }

// Definitions implements scanners.Scanner.
func (s *Scanner) Definitions() []observation.Definition {
	return []observation.Definition{manifestsMeasure, brokenMeasure, deprecatedMeasure}
}

// Scan implements scanners.Scanner. Packages are sorted by path, name and
// version. Notes list what is missing from them: with any cause but remark the
// inventory is incomplete.
func (s *Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	read, err := s.list(ctx, in.Snapshot)
	if err != nil {
		return observation.Observation{}, err
	}
	found, run, files := read.found, read.run, read.run.tree.inner
	named, unread := s.unread(in.Snapshot, found, run, read.listed)
	inventory := append(read.inventory, named...)
	for i := range inventory {
		withoutAddress(&inventory[i]) // which tells before that a package is the repository's own
	}
	slices.SortStableFunc(inventory, compareIdentity)
	inventory = slices.CompactFunc(inventory, func(a, b observation.Package) bool { return compareIdentity(a, b) == 0 })
	read.maven.withoutOwnImports(run.extracted)
	purpose.Mark(inventory)
	notes := run.notes()
	notes = append(notes, run.gitignored(found.manifests)...)
	notes = append(notes, ignoreFileNotes(in.Snapshot, found.ignoreFiles)...)
	notes = append(notes, read.links...)
	notes = append(notes, gitNotes(files, found.manifests)...)
	notes = append(notes, unread...)
	notes = append(notes, unresolvedNotes(inventory)...)
	notes = append(notes, unusedVersionsNotes(files, found.manifests, inventory)...)
	notes = append(notes, vendoredNotes(in.Snapshot.Files())...)
	slices.SortStableFunc(notes, func(a, b observation.Note) int {
		return cmp.Or(cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Message, b.Message))
	})
	broken := run.broken()
	source := "manifests at commit " + in.Snapshot.Commit()
	givenUp, notices := deprecated(files, inventory, source, in.At)
	return observation.Observation{
		Scanner: s.Name(), Version: s.Version(), Packages: inventory, Notes: notes, Notices: notices,
		Measures: []observation.Measure{
			manifestsMeasure.Of(len(run.extracted)-broken, source, in.At),
			brokenMeasure.Of(broken, source, in.At),
			givenUp,
		},
	}, nil
}

// reading is what the readers of manifests made of a snapshot.
type reading struct {
	found     fileSelection
	links     []observation.Note
	run       *run
	maven     *mavenRepository
	listed    []observation.Package // as the manifests list them
	inventory []observation.Package // with what relates them
}

// list reads the manifests of a snapshot.
func (s *Scanner) list(ctx context.Context, snapshot *gitrepo.Snapshot) (reading, error) {
	found := s.selectFiles(snapshot.Files())
	links := s.resolveLinks(snapshot, &found, &panics{byPath: found.panics})
	withoutConstraints(snapshot, &found)
	files, err := newTree(snapshot.FS(), found.manifests)
	if err = errors.Join(s.broken, err); err != nil {
		return reading{}, err
	}
	run := &run{tree: files, panics: &panics{byPath: found.panics}, extracted: map[string]error{}, hallmarks: s.hallmarks}
	packages, err := run.extract(ctx, s.extractors)
	if err != nil {
		return reading{}, fmt.Errorf("read the manifests at %s: %w", snapshot.Commit(), err)
	}
	listed := withoutInstalledHere(files.inner, found, inventoryOf(packages))
	decoded := decodedFS{files.inner}
	maven := readMaven(files.inner, found.manifests)
	inventory := maven.within(run.couldRead, withReplacedModules(decoded, locks.Relate(decoded, listed)))
	return reading{found: found, links: links, run: run, maven: maven, listed: listed, inventory: inventory}, nil
}

// run is one pass over a snapshot.
type run struct {
	tree      *tree
	panics    *panics
	hallmarks texts.Hallmarks

	mutex     sync.Mutex
	extracted map[string]error // by path: nil where a file could be read
}

// couldRead reports whether an extractor read a file, but for parts that have no reader.
func (r *run) couldRead(name string) bool {
	err, ok := r.extracted[name]
	return ok && (err == nil || causeOf(err) == observation.CauseUnsupported)
}

func (r *run) extract(ctx context.Context, list []filesystem.Extractor) ([]*extractor.Package, error) {
	guarded := make([]filesystem.Extractor, len(list))
	for i, e := range list {
		guarded[i] = panicGuard{e, r.panics, r.hallmarks}
	}
	found, _, err := filesystem.Run(ctx, &filesystem.Config{
		Extractors:     guarded,
		ScanRoots:      []*scalibrfs.ScanRoot{{FS: r.tree}},
		PathsToExtract: []string{mount},
		UseGitignore:   true,
		ReadSymlinks:   true, // the tree lists those that are to be read
		Stats:          collector{run: r},
	})
	if err == nil {
		err = ctx.Err()
	}
	return found.Packages, err
}

// collector is called for every file that an extractor read.
type collector struct {
	stats.NoopCollector
	run *run
}

// AfterExtractorRun implements stats.Collector.
func (c collector) AfterExtractorRun(_ string, s *stats.AfterExtractorStats) {
	name, _ := snapshotPath(s.Path)
	c.run.mutex.Lock()
	defer c.run.mutex.Unlock()
	// The same file may be read by several extractors: an error stays.
	c.run.extracted[name] = errors.Join(c.run.extracted[name], s.Error)
}
