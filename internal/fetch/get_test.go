package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/midspan/midspan/internal/redact"
)

// Get opens the body of an address. A status other than 200 is an error that
// holds it. The caller closes the body.
func Get(ctx context.Context, client *http.Client, address string) (io.ReadCloser, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("fetch %q: not an http or https address", redact.URL(address))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, redact.Error(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", redact.URL(address), redact.Error(UnwrapURLError(err)))
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("fetch %s: the server answered %s", redact.URL(address), response.Status)
	}
	return response.Body, nil
}
