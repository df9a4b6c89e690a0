package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/catalog/sample"
)

// What these tests stand in for: a runner gives folders, variables and a checkout; a
// program "go" that installs the binary of this tree; a server of advisories on this
// machine. What actions of others do is left out.

// step is a step of a workflow or of a composite action.
type step struct {
	ID, Name, Uses, Run, Shell string
	With                       map[string]any
	Env                        map[string]string
}

// scratch is the folder of the program.
var scratch string

// build makes the program once for all tests of the package.
var build = sync.OnceValues(func() (string, error) {
	program := filepath.Join(scratch, "midspan")
	cmd := exec.Command("go", "build", "-o", program, "../cmd/midspan")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build midspan: %w: %s", err, out)
	}
	return program, nil
})

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "midspan-docs-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// runner is a place in which the steps of one job are run.
type runner struct {
	t                         *testing.T
	home, temp, checkout, bin string
	outputs, summary          string
	env                       []string
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds the program")
	}
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := &runner{t: t, home: filepath.Join(dir, "home"), temp: filepath.Join(dir, "temp"), checkout: filepath.Join(dir, "checkout"), bin: filepath.Join(dir, "bin")}
	r.outputs, r.summary = filepath.Join(r.temp, "outputs"), filepath.Join(r.temp, "summary.md")
	advisories := filepath.Join(dir, "advisories")
	for _, folder := range []string{r.home, r.temp, r.checkout, r.bin} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := sample.WriteAdvisories(advisories); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(advisories)))
	t.Cleanup(server.Close)
	r.write(filepath.Join(r.bin, "go"), `#!/bin/sh
if [ "$1" = env ]; then echo go1.26; exit; fi
[ "$1" = install ] || exit 1
echo "$@" >> '`+filepath.Join(r.bin, "installs")+`'
to="${GOBIN:-$HOME/go/bin}"
mkdir -p "$to" && cp '`+program+`' "$to/midspan"
`, 0o755)
	r.env = []string{"HOME=" + r.home, "PATH=" + r.bin + ":" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=" + os.DevNull, "LC_ALL=C",
		"GITHUB_OUTPUT=" + r.outputs, "GITHUB_STEP_SUMMARY=" + r.summary, "RUNNER_TEMP=" + r.temp, "CI_PROJECT_DIR=" + r.checkout,
		"MIDSPAN_ADVISORIES=" + server.URL, "MIDSPAN_ALLOW_PRIVATE=true", "MIDSPAN_AS_OF=2026-06-30"}
	r.write(filepath.Join(r.checkout, "requirements.txt"), "requests==2.19.0\n", 0o644)
	r.write(filepath.Join(r.checkout, "package-lock.json"), "{", 0o644) // a gap
	r.write(filepath.Join(r.checkout, "goods.csv"), "url,name\nhttps://forge.example/o/one,One\n", 0o644)
	for _, git := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"-c", "user.name=Dev", "-c", "user.email=dev@team.example", "commit", "-q", "-m", "first"}} {
		if code, out := r.start(nil, "git", git...); code != 0 {
			t.Fatalf("git %v: %s", git, out)
		}
	}
	return r
}

func (r *runner) write(path, text string, mode os.FileMode) {
	r.t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		r.t.Fatal(err)
	}
}

// start runs a program in the checkout and returns its exit code and what it printed.
func (r *runner) start(env []string, program string, args ...string) (int, string) {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), program, args...)
	cmd.Dir, cmd.Env = r.checkout, slices.Concat(r.env, env)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return 0, string(out)
}

// bash runs a script as GitHub and GitLab do.
func (r *runner) bash(env []string, script string) (int, string) {
	r.t.Helper()
	return r.start(env, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}|\$\[\[ *(.*?) *\]\]`)

// fill puts values in the place of expressions. One without a value fails the test.
func (r *runner) fill(text string, values map[string]string) string {
	r.t.Helper()
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		name := strings.Trim(strings.Trim(found, "${}[]"), " ")
		value, ok := values[name]
		if !ok {
			r.t.Errorf("nothing stands in for %s", found)
		}
		return value
	})
}

// run runs a step, and returns its exit code.
func (r *runner) run(s step, env map[string]string, values map[string]string) int {
	r.t.Helper()
	var variables []string
	for _, from := range []map[string]string{env, s.Env} {
		for name, value := range from {
			variables = append(variables, name+"="+r.fill(value, values))
		}
	}
	code, out := r.bash(variables, r.fill(s.Run, values))
	r.t.Logf("%s%s: %d\n%s", s.Name, s.ID, code, out)
	return code
}

// readOutputs reads what steps wrote for later ones.
func (r *runner) readOutputs(id string, values map[string]string) {
	r.t.Helper()
	data, err := os.ReadFile(r.outputs)
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values["steps."+id+".outputs."+name] = value
		}
	}
}

// yamlBlocks are the blocks of YAML under a heading of ci.md.
func yamlBlocks(t *testing.T, heading string) []string {
	t.Helper()
	text, err := os.ReadFile("ci.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("ci.md has no heading %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var blocks []string
	for {
		_, rest, found := strings.Cut(section, "```yaml\n")
		if !found {
			return blocks
		}
		var block string
		block, section, _ = strings.Cut(rest, "```")
		blocks = append(blocks, block)
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

// Workflows, those of this repository and those of ci.md, are ones that GitHub would take.
func TestWorkflowsAreWellFormed(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	texts := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(data)
	}
	for _, heading := range []string{"GitHub Actions", "A report on a schedule"} {
		texts[heading] = yamlBlocks(t, heading)[0]
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`uses: (\S+)@(\S+)`)
	for name, text := range texts {
		problems, err := linter.Lint(name, []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range problems {
			t.Errorf("%s: %v", name, problem)
		}
		for _, use := range pinned.FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`^([0-9a-f]{40}|COMMIT)$`).MatchString(use[2]) {
				t.Errorf("%s: %s is pinned by %s, and not by a commit", name, use[1], use[2])
			}
		}
	}
}

// action is action.yml.
type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct{ Steps []step }
}

// The action, with the inputs of the example and others.
func TestActionChecksUploadsAndAnswersByItsExitCode(t *testing.T) {
	var workflow struct {
		Jobs map[string]struct{ Steps []step }
	}
	decode(t, yamlBlocks(t, "GitHub Actions")[0], &workflow)
	steps := workflow.Jobs["check"].Steps
	own := slices.IndexFunc(steps, func(s step) bool { return strings.HasPrefix(s.Uses, "midspan/midspan@") })
	if own < 0 {
		t.Fatal("the example does not use the action")
	}
	definition := readAction(t)
	pass := filepath.Join(t.TempDir(), "pass.yaml")
	if err := os.WriteFile(pass, []byte("version: 1\nid: pass\nconditions:\n  - {id: licence, measure: license.file, operator: is, threshold: false}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name              string
		with              map[string]string // over the example
		checked, finished int
	}{
		{"the example", nil, 4, 4},
		{"what fails is only told", map[string]string{"fail-on": "nothing", "badge": "badge.svg"}, 4, 0},
		{"a policy that passes", map[string]string{"policy": pass}, 0, 0},
		{"gaps without a policy", map[string]string{"policy": "", "fail-on": "unknown", "version": "v9.9.9"}, 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRunner(t)
			values := map[string]string{"runner.temp": r.temp, "runner.os": "Linux", "github.action_path": r.bin, "github.token": ""}
			values["inputs.version || github.action_ref"] = c.with["version"]
			for name, input := range definition.Inputs {
				values["inputs."+name] = input.Default
			}
			for name, value := range steps[own].With {
				if _, ok := definition.Inputs[name]; !ok {
					t.Errorf("the example gives %s, which the action does not know", name)
				}
				values["inputs."+name] = fmt.Sprint(value)
			}
			for name, value := range c.with {
				values["inputs."+name] = value
			}
			last := 0
			for _, s := range definition.Runs.Steps {
				if s.Run == "" {
					continue
				}
				if last != 0 {
					t.Fatalf("a step before %s ended with %d", s.Name, last)
				}
				last = r.run(s, nil, values)
				if s.ID != "" {
					r.readOutputs(s.ID, values)
				}
			}
			if got := values["steps.check.outputs.exit-code"]; got != fmt.Sprint(c.checked) || last != c.finished {
				t.Errorf("the check ended with %s, the job with %d; want %d and %d", got, last, c.checked, c.finished)
			}
			r.wantJSON(values["steps.check.outputs.sarif"], "runs")
			r.wantText(r.summary, "### What would help most")
			if values["inputs.policy"] == "adoption" {
				r.wantText(r.summary, "May we adopt it?")
			}
			if badge := c.with["badge"]; badge != "" {
				r.wantText(filepath.Join(r.checkout, badge), "<svg")
			}
		})
	}
}

func (r *runner) wantText(path, part string) {
	r.t.Helper()
	if data, err := os.ReadFile(path); err != nil || !bytes.Contains(data, []byte(part)) {
		r.t.Errorf("%s does not hold %q (%v)", filepath.Base(path), part, err)
	}
}

func (r *runner) wantJSON(path, key string) {
	r.t.Helper()
	var document map[string]any
	data, err := os.ReadFile(path)
	if err = errors.Join(err, json.Unmarshal(data, &document)); err != nil || document[key] == nil {
		r.t.Errorf("%s is no JSON with %q (%v)", path, key, err)
	}
}

func TestScheduledReportOfTheDocumentRuns(t *testing.T) {
	var workflow struct {
		Jobs map[string]struct {
			Env   map[string]string
			Steps []step
		}
	}
	decode(t, yamlBlocks(t, "A report on a schedule")[0], &workflow)
	r := newRunner(t)
	values := map[string]string{"github.workspace": r.checkout, "github.run_id": "1", "secrets.GITHUB_TOKEN": ""}
	// The only good of the catalog cannot be reached, which is a gap and no failure.
	r.env = append(r.env, "MIDSPAN_OFFLINE=false", "https_proxy=http://127.0.0.1:1", "MIDSPAN_ECOSYSTEMS=npm,PyPI", "no_proxy=127.0.0.1")
	for range 2 { // the second time with what the first kept
		for _, s := range workflow.Jobs["report"].Steps {
			if s.Run == "" {
				continue
			}
			if code := r.run(s, workflow.Jobs["report"].Env, values); code != 0 {
				t.Fatalf("%s ends with %d", s.Run, code)
			}
		}
	}
	r.wantText(filepath.Join(r.checkout, "public", "index.html"), "<title>")
	if _, err := os.Stat(filepath.Join(r.checkout, "kept", "store", "midspan.db")); err != nil {
		t.Error(err)
	}
}

func TestGitLabComponentRuns(t *testing.T) {
	var example struct {
		Include []struct {
			Component string
			Inputs    map[string]string
		}
	}
	decode(t, yamlBlocks(t, "GitLab CI")[0], &example)
	text, err := os.ReadFile("../templates/midspan.yml")
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var spec struct {
		Spec struct {
			Inputs map[string]struct{ Default *string }
		}
	}
	var jobs map[string]struct {
		Variables map[string]string
		Script    []string
		Artifacts struct{ Paths []string }
	}
	if err := errors.Join(decoder.Decode(&spec), decoder.Decode(&jobs)); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for name, input := range spec.Spec.Inputs {
		if value, given := example.Include[0].Inputs[name]; given {
			values["inputs."+name] = value
		} else if input.Default != nil {
			values["inputs."+name] = *input.Default
		} else {
			t.Errorf("the example leaves out %s, which has no default", name)
		}
	}
	for name := range example.Include[0].Inputs {
		if _, ok := spec.Spec.Inputs[name]; !ok {
			t.Errorf("the example gives %s, which the component does not know", name)
		}
	}
	r := newRunner(t)
	job := jobs["midspan"]
	// The runner is a machine of its own; here its folder below /tmp is one of the test.
	script := strings.ReplaceAll(r.fill(strings.Join(job.Script, "\n"), values), "/tmp/", r.temp+"/")
	var env []string
	for name, value := range job.Variables {
		env = append(env, name+"="+strings.ReplaceAll(r.fill(value, values), "/tmp/", r.temp+"/"))
	}
	code, out := r.bash(env, script)
	if code != 4 { // the policy of the example fails
		t.Fatalf("the script ends with %d:\n%s", code, out)
	}
	r.wantText(filepath.Join(r.checkout, "midspan.md"), "May we adopt it?")
	for _, path := range job.Artifacts.Paths {
		if _, err := os.Stat(filepath.Join(r.checkout, path)); err != nil {
			t.Error(err)
		}
	}
	if bills, err := filepath.Glob(filepath.Join(r.checkout, "sbom", "*.cdx.json")); err != nil || len(bills) != 1 {
		t.Errorf("there are the bills %q (%v), want one", bills, err)
	}
}

func TestPreCommitHookRuns(t *testing.T) {
	var hooks []struct{ ID, Entry, Language string }
	text, err := os.ReadFile("../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decode(t, string(text), &hooks)
	var example struct {
		Repos []struct {
			Hooks []struct {
				ID   string
				Args []string
			}
		}
	}
	decode(t, yamlBlocks(t, "pre-commit")[0], &example)
	if len(hooks) != 1 || hooks[0].ID != example.Repos[0].Hooks[0].ID || hooks[0].Language != "golang" {
		t.Fatalf("the hooks are %+v, and the example uses %+v", hooks, example.Repos[0].Hooks)
	}
	r := newRunner(t)
	if code, out := r.bash([]string{"GOBIN=" + r.bin}, "go install ./..."); code != 0 {
		t.Fatal(out)
	}
	code, out := r.bash([]string{"MIDSPAN_ADVISORIES="}, hooks[0].Entry+" "+strings.Join(example.Repos[0].Hooks[0].Args, " "))
	if code != 4 || !strings.Contains(out, "May we adopt it?") {
		t.Errorf("the hook ends with %d, want 4 of a policy that fails:\n%s", code, out)
	}
	if code, out = r.bash([]string{"MIDSPAN_ADVISORIES="}, hooks[0].Entry); code != 0 {
		t.Errorf("without a policy the hook ends with %d, and stops every push:\n%s", code, out)
	}
}
