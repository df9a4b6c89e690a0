package forge

import (
	"context"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// askEach asks a host that is not GitHub, one repository after another.
func (s *session) askEach(_ context.Context, questions []scanners.Question) error {
	for _, q := range questions {
		if err := s.unanswered(q, observation.Note{Cause: observation.CauseUnsupported, Message: s.host + " is no forge that Midspan can ask"}); err != nil {
			return err
		}
	}
	return nil
}
