package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/report"
)

// chromium is the one browser of all tests of the package: it starts with the
// first of them that asks for a tab.
var chromium struct {
	start sync.Once
	ctx   context.Context // of the browser's own tab, which no test uses
	err   error
	dir   string // the user's folder
}

var errNoChromium = errors.New("no Chromium is on the path")

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.ctx != nil && chromium.err == nil {
		_ = chromedp.Cancel(chromium.ctx) // the process ends in any case
	}
	os.RemoveAll(chromium.dir)
	os.RemoveAll(reports.dir)
	os.RemoveAll(large.dir)
	os.Exit(code)
}

func startChromium() error {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return errNoChromium
	}
	var err error
	if chromium.dir, err = os.MkdirTemp("", "midspan-chromium-"); err != nil {
		return err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(chromium.dir))
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...)
	chromium.ctx, _ = chromedp.NewContext(allocator)
	return chromedp.Do(chromium.ctx)
}

// browser opens a tab of its own for a test, with nothing in it of another: 1280
// pixels wide, in focus. Without a Chromium on the machine the test is skipped,
// unless MIDSPAN_TEST_STRICT is set.
func browser(t testing.TB) context.Context {
	t.Helper()
	chromium.start.Do(func() { chromium.err = startChromium() })
	switch {
	case errors.Is(chromium.err, errNoChromium) && os.Getenv("MIDSPAN_TEST_STRICT") == "":
		t.Skip(chromium.err)
	case chromium.err != nil:
		t.Fatalf("%v: install it (Debian: apt-get install chromium), or see why it does not start", chromium.err)
	}
	ctx, closeTab := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.EmulateViewport(1280, 900))
	return ctx
}

func do(t testing.TB, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// seen evaluates an expression in the page and returns its value; of a promise,
// what it comes to. Before, it waits for what the page is loading for the table of goods.
func seen[T any](t testing.TB, ctx context.Context, expression string) T {
	t.Helper()
	settled := `(async () => { while (document.querySelector("[aria-busy=true]")) await new Promise(done => setTimeout(done, 5)) })()`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](settled, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatalf("wait for the table: %v", err)
	}
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", report.Cut(expression, 300), err)
	}
	return value
}

// until waits for an expression to hold in the page, for ten seconds at most.
func until(t testing.TB, ctx context.Context, expression string) {
	t.Helper()
	for range 500 {
		// An error may come of a page that is on its way out.
		if yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err == nil && yes {
			return
		}
		do(t, ctx, chromedp.Sleep(20*time.Millisecond))
	}
	t.Fatalf("%s does not come true", expression)
}

// emulate sets what a reader's system asks of pages: "prefers-color-scheme:
// dark", "forced-colors: active". A medium is print, screen or empty.
func emulate(t *testing.T, ctx context.Context, medium string, features ...string) {
	t.Helper()
	params := emulation.SetEmulatedMediaParams{Media: medium}
	for i := 0; i+1 < len(features); i += 2 {
		params.Features = append(params.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, params); err != nil {
		t.Fatal(fmt.Errorf("emulate %q %v: %w", medium, features, err))
	}
}
