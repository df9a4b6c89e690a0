package scanners_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// TestWhatASourceLeavesOpenIsAnsweredWithItsCause answers the first of three questions.
func TestWhatASourceLeavesOpenIsAnsweredWithItsCause(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	stuck := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	var none []error
	for name, c := range map[string]struct {
		ctx  context.Context
		ends func(context.Context) error
		want observation.Cause // of the rest; empty where it stays open
		says string
		err  error
	}{
		"well":         {t.Context(), func(context.Context) error { return nil }, "", "", nil},
		"a panic":      {t.Context(), func(context.Context) error { return none[len(none)-1] }, observation.CauseScannerPanic, "a fault of Midspan's", nil},
		"over time":    {t.Context(), stuck, observation.CauseOverLimit, "did not come within 50ms", nil},
		"an error":     {t.Context(), func(context.Context) error { return errors.ErrUnsupported }, "", "", errors.ErrUnsupported},
		"the run ends": {ended, stuck, "", "", context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			var replies []scanners.Reply
			in := scanners.Asking{Reply: func(r scanners.Reply) error { replies = append(replies, r); return nil }}
			for _, url := range []string{"https://a.example/1", "https://a.example/2", "https://a.example/3"} {
				in.Questions = append(in.Questions, scanners.Question{Repository: catalog.Repository{URL: url}})
			}
			failed, err := in.Bounded(c.ctx, "a.example", 50*time.Millisecond, func(ctx context.Context, in scanners.Asking) error {
				if err := in.Answered(in.Questions[0].Repository, 1, time.Time{}, false); err != nil {
					return err
				}
				return c.ends(ctx)
			})
			if !errors.Is(err, c.err) || (failed == nil) != (c.want == "") {
				t.Fatalf("failed %v, %v", failed, err)
			}
			if c.want == "" {
				if len(replies) != 1 {
					t.Errorf("replies %+v", replies)
				}
				return
			}
			if len(replies) != 3 || replies[0].Answer == nil {
				t.Fatalf("replies %+v", replies)
			}
			for _, r := range replies[1:] {
				if r.Failure == nil || r.Failure.Cause != c.want || !strings.Contains(r.Failure.Message, c.says) || r.Failure.Subject != r.Repository.URL {
					t.Errorf("got %+v", r.Failure)
				}
			}
		})
	}
}
