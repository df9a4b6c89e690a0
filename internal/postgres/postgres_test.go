package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/postgres"
	"github.com/midspan/midspan/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

func TestTheSchemeOfAnAddressMayHaveCapitals(t *testing.T) {
	address := postgrestest.Shared(t).Database(t)
	pool, err := postgres.Open(t.Context(), strings.Replace(address, "postgres://", "PostgreSQL://", 1), postgres.Options{Name: "test", Most: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var zone string
	if err := pool.QueryRow(t.Context(), "SHOW timezone").Scan(&zone); err != nil || zone != "UTC" {
		t.Errorf("times are read in the zone %q: %v", zone, err)
	}
}

func TestWhatIsNoAddressIsRefusedWithoutBeingRepeated(t *testing.T) {
	for _, address := range []string{"", "postgres:", "mysql://user:secret@host/db", "host=localhost password=secret", "postgres://user:secret@ho st:x/db", "secret"} {
		_, err := postgres.Open(t.Context(), address, postgres.Options{Most: 1})
		if !errors.Is(err, postgres.ErrAddress) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
