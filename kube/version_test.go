// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// versionServer returns a client of a server that answers with what f returns.
func versionServer(t *testing.T, f func(r *http.Request) (string, error)) kube.Client {
	t.Helper()
	return newClient(t, &rest.Config{Host: "http://h", Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		text, err := f(r)
		if err != nil {
			return nil, err
		}
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(text)), Request: r,
		}, nil
	})})
}

// an error is asked about again, an answer never.
func TestGetKubernetesVersion_remembersTheAnswerOnly(t *testing.T) {
	asked := 0
	client := versionServer(t, func(r *http.Request) (string, error) {
		asked++
		if r.URL.Path != "/version" || r.Method != http.MethodGet {
			t.Errorf("asked for %s %s", r.Method, r.URL)
		}
		switch asked {
		case 1:
			return "", errors.New("not yet")
		case 2:
			return "no JSON", nil
		default:
			return `{"major":"1","minor":"33","gitVersion":"v1.33.1"}`, nil
		}
	})
	for range 2 {
		if info, err := client.GetKubernetesVersion(); err == nil || !strings.Contains(err.Error(), "version of the API server") {
			t.Errorf("GetKubernetesVersion = %v, %v; want an error", info, err)
		}
	}
	for range 3 {
		info, err := client.GetKubernetesVersion()
		if err != nil || info.GitVersion != "v1.33.1" {
			t.Errorf("GetKubernetesVersion = %v, %v", info, err)
			continue
		}
		info.GitVersion = "mine"
	}
	if asked != 3 {
		t.Errorf("the server was asked %d times, want 3", asked)
	}
}

func TestGetKubernetesVersion_givesUpAfterFiveSeconds(t *testing.T) {
	for _, tt := range []struct{ timeout, want time.Duration }{{0, 5 * time.Second}, {20 * time.Second, 20 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, &rest.Config{
				Host: "http://h", Timeout: tt.timeout,
				Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}),
			})
			began := time.Now()
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					if _, err := client.GetKubernetesVersion(); !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("GetKubernetesVersion returned %v, want the deadline", err)
					}
				})
			}
			all.Wait()
			if d := time.Since(began); d != tt.want {
				t.Errorf("five callers waited %v, want %v together", d, tt.want)
			}
		})
	}
}

func TestGetKubernetesVersion_asksOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		client := versionServer(t, func(*http.Request) (string, error) {
			asked.Add(1)
			time.Sleep(time.Second)
			return `{"major":"1","minor":"33"}`, nil
		})
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if n := kube.GetVersionAsInt(client); n != 133 {
					t.Errorf("GetVersionAsInt = %d, want 133", n)
				}
			})
		}
		all.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("the server was asked %d times", n)
		}
	})
}

func TestVersions_areComparedByNumber(t *testing.T) {
	for _, tt := range []struct {
		name, major, minor, git string
		asInt                   int
		atLeast                 []uint // of 0, 9, 28, 29, 100
	}{
		{"plain", "1", "28", "v1.28.3", 128, []uint{0, 9, 28}},
		{"one digit", "1", "9", "v1.9.0", 19, []uint{0, 9}},
		{"provider", "1", "28+", "v1.28.3-gke.100", 128, []uint{0, 9, 28}},
		{"provider without git version", "1", "29+", "", 129, []uint{0, 9, 28, 29}},
		{"git version only", "", "", "v1.100.0", 1100, []uint{0, 9, 28, 29, 100}},
		{"next major", "2", "0", "v2.0.0", 20, []uint{0, 9, 28, 29, 100}},
		{"none", "", "", "", -1, []uint{0, 9, 28, 29, 100}},
		{"nonsense", "x", "y", "main", -1, []uint{0, 9, 28, 29, 100}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := versionServer(t, func(*http.Request) (string, error) {
				return fmt.Sprintf(`{"major":%q,"minor":%q,"gitVersion":%q}`, tt.major, tt.minor, tt.git), nil
			})
			if got := kube.GetVersionAsInt(client); got != tt.asInt {
				t.Errorf("GetVersionAsInt = %d, want %d", got, tt.asInt)
			}
			want := map[uint]bool{}
			for _, minor := range tt.atLeast {
				want[minor] = true
			}
			info := &version.Info{Major: tt.major, Minor: tt.minor, GitVersion: tt.git}
			for _, minor := range []uint{0, 9, 28, 29, 100} {
				if got := kube.IsAtLeastVersion(client, minor); got != want[minor] {
					t.Errorf("IsAtLeastVersion(%d) = %v", minor, got)
				}
				if got := kube.IsLessThanVersion(client, minor); got == want[minor] {
					t.Errorf("IsLessThanVersion(%d) = %v", minor, got)
				}
				for _, atLeast := range []bool{true, false} {
					if got := kube.IsKubeAtLeastOrLessThanVersion(info, minor, atLeast); got != (want[minor] == atLeast) {
						t.Errorf("IsKubeAtLeastOrLessThanVersion(%d, %v) = %v", minor, atLeast, got)
					}
				}
			}
		})
	}
}

// Defects C.3 row 23: an unknown version was both new and old.
func TestVersions_ofAServerThatDoesNotAnswerCountAsNew(t *testing.T) {
	client := versionServer(t, func(*http.Request) (string, error) { return "", errors.New("no network") })
	if !kube.IsAtLeastVersion(client, 30) || kube.IsLessThanVersion(client, 30) || kube.GetVersionAsInt(client) != -1 {
		t.Error("want a new version, and -1")
	}
	if !kube.IsKubeAtLeastOrLessThanVersion(nil, 30, true) || kube.IsKubeAtLeastOrLessThanVersion(nil, 30, false) {
		t.Error("want nil to count as new")
	}
}

func TestGetKubernetesVersion_ofTheFake(t *testing.T) {
	client := kubefake.NewClient()
	defer client.Close()
	if info, err := client.GetKubernetesVersion(); err != nil || info.Major != "1" || kube.GetVersionAsInt(client) < 130 {
		t.Errorf("version is %v, %v", info, err)
	}
}
