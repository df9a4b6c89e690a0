package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"
	"github.com/ossf/scorecard/v5/checks/evaluation"
	"github.com/ossf/scorecard/v5/clients"
	"github.com/ossf/scorecard/v5/clients/githubrepo"
	sce "github.com/ossf/scorecard/v5/errors"
	"github.com/ossf/scorecard/v5/probes"
	"github.com/ossf/scorecard/v5/probes/zrunner"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// commits is how many of the newest commits the checks look at: Scorecard's own default.
const commits = 30

// withoutFiles is Scorecard's client of GitHub without the files of the repository, which
// it would download as a whole.
type withoutFiles struct{ clients.RepoClient }

var errFiles = errors.New("files are read from the snapshot")

// ListFiles implements clients.RepoClient.
func (withoutFiles) ListFiles(func(string) (bool, error)) ([]string, error) { return nil, nil }

// GetFileReader implements clients.RepoClient.
func (withoutFiles) GetFileReader(string) (io.ReadCloser, error) { return nil, fs.ErrNotExist }

// LocalPath implements clients.RepoClient.
func (withoutFiles) LocalPath() (string, error) { return "", errFiles }

// GetOrgRepoClient implements clients.RepoClient.
func (withoutFiles) GetOrgRepoClient(context.Context) (clients.RepoClient, error) {
	return nil, errFiles
}

// askOne runs all checks on a repository. The failure says why none could be run. A panic
// of the library is a failure like another.
func askOne(ctx context.Context, way *way, r catalog.Repository) (a answer, failure *observation.Note) {
	defer func() {
		if value := recover(); value != nil {
			a, failure = nil, &observation.Note{Cause: observation.CauseScannerPanic, Message: "Scorecard's client failed"}
		}
	}()
	if err := way.blocked(); err != nil {
		return nil, new(failureOf(way, ""))
	}
	repo, err := githubrepo.MakeGithubRepo(hostGitHub + "/" + r.Owner + "/" + r.Path)
	if err != nil {
		return nil, &observation.Note{Cause: observation.CauseUnsupported, Message: "Scorecard does not take its address for one of GitHub"}
	}
	client := withoutFiles{githubrepo.CreateGithubRepoClientWithTransport(ctx, way)}
	if err := client.InitRepo(repo, clients.HeadSHA, commits); err != nil {
		return nil, new(failureOf(way, err.Error()))
	}
	a = answer{}
	for _, c := range all() {
		a[c.measure] = runOne(ctx, way, c, client, repo)
	}
	return a, nil
}

// runOne runs a check.
func runOne(ctx context.Context, way *way, c check, client clients.RepoClient, repo clients.Repo) (r result) {
	defer func() {
		if value := recover(); value != nil {
			r = result{Failure: &observation.Note{Cause: observation.CauseScannerPanic, Message: "Scorecard's check failed"}}
		}
	}()
	got := c.run(&checker.CheckRequest{Ctx: ctx, RepoClient: client, Repo: repo, Dlogger: checker.NewLogger(),
		RawResults: &checker.RawResults{Metadata: checker.MetadataData{Metadata: map[string]string{"repository.host": hostGitHub}}}})
	if got.Error != nil {
		return result{Failure: new(failureOf(way, got.Error.Error()))}
	}
	r.Reason = observation.OneLine(observation.RedactQuoted(got.Reason))
	if got.Score != checker.InconclusiveResultScore {
		r.Score = &got.Score
	}
	return r
}

// signedReleases is the library's check without what deps.dev knows of provenance: its own
// function asks that through a client that cannot be given.
func signedReleases(c *checker.CheckRequest) checker.CheckResult {
	failed := func(err error) checker.CheckResult {
		return checker.CreateRuntimeErrorResult(checks.CheckSignedReleases, sce.WithMessage(sce.ErrScorecardInternal, err.Error()))
	}
	releases, err := c.RepoClient.ListReleases()
	if err != nil {
		return failed(fmt.Errorf("ListReleases: %w", err))
	}
	c.RawResults.SignedReleasesResults = checker.SignedReleasesData{Releases: releases}
	findings, err := zrunner.Run(c.RawResults, probes.SignedReleases)
	if err != nil {
		return failed(err)
	}
	return evaluation.SignedReleases(checks.CheckSignedReleases, findings, c.Dlogger)
}
