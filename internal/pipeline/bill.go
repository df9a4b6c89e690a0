package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/child"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/store"
)

// Bills calls write as Listings does, with what the lockfiles say of the packages: hashes,
// licences, and which package needs which. They are read from the mirrors, at the commits
// that were scanned. Where that fails, the listing says why, and the rest of it stands.
func (p *Pipeline) Bills(ctx context.Context, run store.Run, names []string,
	write func(head report.Document, good report.Good, lists []export.Listing) error) (err error) {
	if isSample(run) {
		_, origins, err := sample.Write(ctx, filepath.Join(p.cfg.Store, "sample"), run.AsOf, p.git)
		if err != nil {
			return err
		}
		p.givenMirrors = origins.Given
	}
	reader, err := p.newReader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	return p.Listings(ctx, run, names, func(head report.Document, good report.Good, lists []export.Listing) error {
		for i := range lists {
			if err := p.readLocks(ctx, reader, good.Repositories, &lists[i]); err != nil {
				return err
			}
		}
		return write(head, good, lists)
	})
}

// readLocks reads the lockfiles of a listing. Its error means that the run ended.
func (p *Pipeline) readLocks(ctx context.Context, reader child.Reader, repositories []catalog.Repository, list *export.Listing) error {
	i := slices.IndexFunc(repositories, func(r catalog.Repository) bool { return r.URL == list.Repository })
	if i < 0 || list.Commit == "" || len(list.Packages) == 0 {
		return nil
	}
	var err error
	if list.Locks, err = p.locksAt(ctx, reader, repositories[i], *list); err != nil {
		list.Unread = redact.Text(err.Error())
		if ctx.Err() == nil {
			p.say(fmt.Sprintf("the lockfiles of %s are not in the bill: %s", list.Repository, list.Unread))
		}
	}
	return ctx.Err()
}

func (p *Pipeline) locksAt(ctx context.Context, reader child.Reader, repository catalog.Repository, list export.Listing) ([]observation.Lock, error) {
	dir, err := p.mirrorAtHand(repository)
	if err != nil {
		return nil, err
	}
	open, err := reader.OpenCommit(ctx, dir, list.Commit, p.cfg.Timeout)
	if err != nil {
		return nil, err
	}
	defer open.Close() // what was read is kept
	return open.Locks(pathsOf(list.Packages))
}

// pathsOf are the manifests that list packages, each once.
func pathsOf(packages []observation.Package) []string {
	var paths []string
	for _, each := range packages {
		paths = append(paths, each.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// mirrorAtHand is the folder of a mirror that is there: nothing is fetched.
func (p *Pipeline) mirrorAtHand(repository catalog.Repository) (string, error) {
	if given, _ := p.givenMirror(repository); given.dir != "" {
		return given.dir, nil
	}
	for _, folder := range []string{p.cfg.Cache, p.cfg.Store} { // the sample has its mirrors in the store
		dir, err := ownMirrorIn(folder, repository)
		if err != nil {
			return "", err
		}
		if _, err := os.Stat(dir); err == nil {
			return dir, nil
		}
	}
	return "", &gitrepo.Error{Cause: observation.CauseNotFound, Op: "open", Subject: repository.URL,
		Err: errors.New("its mirror is no longer there; midspan run fetches it again")}
}
