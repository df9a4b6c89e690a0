package replay

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv"
)

// listing is one package of a part, by the place of its name, and whether it is only for
// development.
type listing struct {
	name        int32
	development bool
}

// parts are the manifests of a commit, in the parts that are read together.
type parts struct {
	readers  *osv.Scanner
	snapshot *gitrepo.Snapshot

	manifests map[string]map[string]gitrepo.File // by the name of their part and their path
	beside    map[string]gitrepo.File            // what is read beside them, by path

	known  map[[sha256.Size]byte][]listing // what a state of a part lists
	now    map[string][]listing            // what each part lists at this commit
	listed map[listing]int                 // how many parts list it
	names  []observation.Coordinate
	places map[observation.Coordinate]int32

	bytes  int64
	unread int
}

func newParts(readers *osv.Scanner, snapshot *gitrepo.Snapshot) *parts {
	return &parts{readers: readers, snapshot: snapshot, manifests: map[string]map[string]gitrepo.File{}, beside: map[string]gitrepo.File{},
		known: map[[sha256.Size]byte][]listing{}, now: map[string][]listing{}, listed: map[listing]int{}, places: map[observation.Coordinate]int32{}}
}

// apply takes over what a commit changed, and reads the parts that are new.
func (p *parts) apply(ctx context.Context, changes []gitrepo.File) error {
	changed := map[string]bool{}
	for _, file := range changes {
		part, beside := p.readers.Part(file.Path)
		of := p.beside
		if !beside {
			if of = p.manifests[part]; of == nil {
				of = map[string]gitrepo.File{}
				p.manifests[part] = of
			}
			changed[part] = true
		} else {
			p.addBeside(changed, file.Path)
		}
		if file.OID == "" || file.Mode == gitrepo.ModeSymlink {
			delete(of, file.Path)
		} else {
			of[file.Path] = file
		}
	}
	for _, part := range slices.Sorted(maps.Keys(changed)) {
		if err := p.read(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// addBeside adds the parts beside which a file is read.
func (p *parts) addBeside(changed map[string]bool, name string) {
	for part, manifests := range p.manifests {
		for manifest := range manifests {
			if isBeside(name, manifest) {
				changed[part] = true
				break
			}
		}
	}
}

// isBeside reports whether a file is read beside a manifest: one of its folder, a .gitignore
// of a folder above, or one of the packages of a workspace.
func isBeside(name, manifest string) bool {
	folder, of := path.Dir(name), path.Dir(manifest)
	switch path.Base(name) {
	case ".gitignore":
		return folder == "." || folder == of || strings.HasPrefix(of, folder+"/")
	case "package.json":
		if base := path.Base(manifest); base == "yarn.lock" || base == "pnpm-lock.yaml" {
			return of == "." || folder == of || strings.HasPrefix(folder, of+"/")
		}
	}
	return folder == of
}

// read reads what a part lists now, unless that state of it was read before.
func (p *parts) read(ctx context.Context, part string) error {
	files := p.filesOf(part)
	hash := sha256.New()
	fmt.Fprintln(hash, part)
	size := int64(0)
	for _, f := range files {
		fmt.Fprintf(hash, "%q %o %s\n", f.Path, f.Mode, f.OID)
		if f.Size < 0 {
			return &gitrepo.Error{Cause: observation.CauseMissingObjects, Op: "read object", Subject: f.OID, Err: errors.New("missing from the mirror")}
		}
		size += f.Size
	}
	state := [sha256.Size]byte(hash.Sum(nil))
	found, known := p.known[state]
	if !known && len(files) > 0 {
		if p.bytes += size; p.bytes > maxBytes {
			return tooMuch(p.snapshot.Commit())
		}
		view, err := p.snapshot.With(files)
		if err != nil {
			return err
		}
		packages, whole, err := p.readers.ReadPart(ctx, view)
		if err != nil {
			return err
		}
		if whole {
			found = p.listings(packages)
			p.known[state] = found
		} else {
			p.unread++
			found = p.now[part]
		}
	}
	for _, l := range p.now[part] {
		if p.listed[l]--; p.listed[l] == 0 {
			delete(p.listed, l)
		}
	}
	for _, l := range found {
		p.listed[l]++
	}
	p.now[part] = found
	return nil
}

// filesOf are the manifests of a part and what is read beside them, by path.
func (p *parts) filesOf(part string) []gitrepo.File {
	manifests := p.manifests[part]
	if len(manifests) == 0 {
		return nil
	}
	files := slices.Collect(maps.Values(manifests))
	for name, f := range p.beside {
		for manifest := range manifests {
			if isBeside(name, manifest) {
				files = append(files, f)
				break
			}
		}
	}
	slices.SortFunc(files, func(a, b gitrepo.File) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// listings are packages by the places of their names, each once.
func (p *parts) listings(packages []observation.Package) []listing {
	var all []listing
	seen := map[listing]bool{}
	for _, pkg := range packages {
		c := pkg.Coordinate()
		place, known := p.places[c]
		if !known {
			place = int32(len(p.names))
			p.places[c], p.names = place, append(p.names, c)
		}
		l := listing{place, pkg.Use() == observation.ForDevelopment}
		if !seen[l] {
			seen[l] = true
			all = append(all, l)
		}
	}
	return all
}
