package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/clients"
	"github.com/ossf/scorecard/v5/clients/githubrepo"
	sce "github.com/ossf/scorecard/v5/errors"
	"github.com/ossf/scorecard/v5/finding"
	"github.com/ossf/scorecard/v5/probes"
	"github.com/ossf/scorecard/v5/probes/zrunner"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// commits is how many of the newest commits the checks look at: Scorecard's own default.
const commits = 30

var errFiles = errors.New("files are read from the snapshot")

// composed is Scorecard's client of GitHub with the files of the snapshot in place of those
// that it would download as a whole: the few whose names alone count.
type composed struct {
	clients.RepoClient
	uri   string   // "github.com/owner/name", whatever the environment says
	files []string // paths of files that are shown, as empty ones
	org   func() (clients.RepoClient, error)
}

// URI implements clients.RepoClient.
func (c composed) URI() string { return c.uri }

// ListFiles implements clients.RepoClient.
func (c composed) ListFiles(predicate func(string) (bool, error)) ([]string, error) {
	return matching(c.files, predicate)
}

func matching(files []string, predicate func(string) (bool, error)) ([]string, error) {
	var all []string
	for _, name := range files {
		ok, err := predicate(name)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, name)
		}
	}
	return all, nil
}

// GetFileReader implements clients.RepoClient.
func (composed) GetFileReader(string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("")), nil
}

// LocalPath implements clients.RepoClient.
func (composed) LocalPath() (string, error) { return "", errFiles }

// GetOrgRepoClient implements clients.RepoClient.
func (c composed) GetOrgRepoClient(context.Context) (clients.RepoClient, error) { return c.org() }

// one is the asking about one repository.
type one struct {
	ctx     context.Context
	way     *way
	outside *outside
	client  composed
	repo    clients.Repo
	found   scanners.Found
	facts   observation.PostureFacts
}

// ask runs all checks on a repository. The failure says why none could be run. A panic
// of the library is a failure like another.
func ask(ctx context.Context, way *way, outside *outside, q scanners.Question) (a answer, failure *observation.Note, err error) {
	defer func() {
		if value := recover(); value != nil {
			a, failure = nil, &observation.Note{Cause: observation.CauseScannerPanic, Message: "Scorecard's client failed"}
		}
	}()
	if err := way.blocked(); err != nil {
		return nil, new(failureOf(way, "")), nil
	}
	o := &one{ctx: ctx, way: way, outside: outside}
	if q.Found != nil {
		if o.found, err = q.Found(ctx); err != nil {
			return nil, nil, err
		}
	}
	if o.found.Posture != nil {
		o.facts = *o.found.Posture
	}
	name := q.Repository.Owner + "/" + q.Repository.Path
	if o.repo, err = githubrepo.MakeGithubRepo(hostGitHub + "/" + name); err != nil {
		return nil, &observation.Note{Cause: observation.CauseUnsupported, Message: "Scorecard does not take its address for one of GitHub"}, nil
	}
	o.client = composed{RepoClient: githubrepo.CreateGithubRepoClientWithTransport(ctx, way), uri: hostGitHub + "/" + name,
		files: append(append([]string{}, o.facts.Owners...), o.facts.SBOMs...),
		org:   func() (clients.RepoClient, error) { return newOrganization(ctx, way, q.Repository.Owner) }}
	if err := o.client.InitRepo(o.repo, clients.HeadSHA, commits); err != nil {
		return nil, new(failureOf(way, err.Error())), nil
	}
	if _, err := o.client.GetDefaultBranchName(); err != nil {
		return nil, &observation.Note{Cause: observation.CauseBroken, Message: "GitHub's answer does not say which repository it is of"}, nil
	}
	a = answer{}
	for _, c := range every() {
		if c.run != nil {
			a[measureID(c.name)] = o.run(c)
		}
	}
	return a, nil, nil
}

// run runs a check.
func (o *one) run(c check) (r result) {
	defer func() {
		if value := recover(); value != nil {
			r = result{Failure: &observation.Note{Cause: observation.CauseScannerPanic, Message: "Scorecard's check failed"}}
			if o.way.blocked() != nil { // the library uses answers that it did not get
				r.Failure = new(failureOf(o.way, ""))
			}
		}
	}()
	if cause, unread := o.facts.Unread[c.name]; unread && c.readsFiles {
		return result{Failure: &observation.Note{Cause: cause, Message: "not all files that the check reads could be read"}, Files: true}
	}
	if o.found.Posture == nil && c.readsFiles {
		return result{Failure: &observation.Note{Cause: observation.CauseScannerFailed, Message: "the files that the check reads were not read"}}
	}
	return c.run(o)
}

// request is what a check of the library gets.
func (o *one) request() *checker.CheckRequest {
	return &checker.CheckRequest{Ctx: o.ctx, RepoClient: o.client, Repo: o.repo, Dlogger: checker.NewLogger(), CIIClient: o.outside,
		RawResults: &checker.RawResults{Metadata: checker.MetadataData{Metadata: map[string]string{"repository.host": hostGitHub}}}}
}

// library runs a check of the library as it is.
func library(run checker.CheckFn) func(*one) result {
	return func(o *one) result { return o.said(run(o.request())) }
}

// said is what a check said.
func (o *one) said(got checker.CheckResult) (r result) {
	if got.Error != nil {
		return o.failed(got.Error)
	}
	r.Reason = observation.OneLine(observation.RedactQuoted(got.Reason))
	if got.Score != checker.InconclusiveResultScore {
		r.Score = &got.Score
	}
	return r
}

func (o *one) failed(err error) result { return result{Failure: new(failureOf(o.way, err.Error()))} }

// judged is what the probes and the evaluation of a check make of raw results.
func (o *one) judged(name string, request *checker.CheckRequest, list []probes.ProbeImpl,
	evaluate func(string, []finding.Finding, checker.DetailLogger) checker.CheckResult) result {
	findings, err := zrunner.Run(request.RawResults, list)
	if err != nil {
		return o.said(checker.CreateRuntimeErrorResult(name, sce.WithMessage(sce.ErrScorecardInternal, err.Error())))
	}
	return o.said(evaluate(name, findings, request.Dlogger))
}

// ofScan is what the scan said of a check, of the files of the snapshot.
func (o *one) ofScan(name string) result {
	m, there := observation.Find(o.found.Measures, observation.PosturePrefix+strings.ToLower(name))
	switch {
	case !there:
		return result{Failure: &observation.Note{Cause: observation.CauseScannerFailed, Message: "the files were not read"}}
	case m.State == observation.Unknown:
		return result{Failure: &observation.Note{Cause: m.Cause, Message: m.Detail}, Files: true}
	case m.State == observation.NotApplicable:
		return result{Reason: m.Detail}
	}
	n, _ := m.Number()
	return result{Score: new(int(n)), Reason: fmt.Sprintf("%s (of the files)", m.Detail)}
}

// full reports whether a check has the full score.
func (r result) full() bool { return r.Score != nil && *r.Score == checker.MaxResultScore }
