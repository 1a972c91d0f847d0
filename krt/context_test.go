// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// logged runs f with a default logger that writes text, and returns the lines without
// their time.
func logged(t *testing.T, f func()) []string {
	t.Helper()
	var b bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	f()
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func TestHandlerContext_loggerNamesTheCollectionAndTheInput(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection[thing](nil, nil, stop)
		krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
			ctx.Logger().Info("seen", "value", i.Value)
			return &i
		}, stop, krt.WithName("things"))
		synctest.Wait()
		// The default logger is that of the time of the call.
		got := logged(t, func() {
			in.UpdateObject(thing{Name: "ns/a", Value: 7})
			synctest.Wait()
			in.UpdateObject(thing{Name: "ns/b", Value: 8})
			synctest.Wait()
		})
		want := []string{
			`level=INFO msg=seen scope=krt collection=things key=ns/a value=7`,
			`level=INFO msg=seen scope=krt collection=things key=ns/b value=8`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("log mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestTestingDummyContext_readsAtOnceAndLogs(t *testing.T) {
	never := krt.NewStaticCollection(neverSynced{}, []thing{{Name: "a"}}, krt.WithContext(t.Context()))
	ctx := krt.TestingDummyContext{}
	if got := krt.Fetch(ctx, never); len(got) != 1 || krt.Children(never) != 0 {
		t.Errorf("Fetch() = %v, with %d readers; want what there is, and none", got, krt.Children(never))
	}
	got := logged(t, func() { ctx.Logger().Info("seen") })
	if diff := cmp.Diff([]string{"level=INFO msg=seen scope=krt"}, got); diff != "" {
		t.Errorf("log mismatch (-want +got):\n%s", diff)
	}
	defer func() {
		if diff := cmp.Diff(any("TestingDummyContext cannot DiscardResult"), recover()); diff != "" {
			t.Errorf("panic mismatch (-want +got):\n%s", diff)
		}
	}()
	ctx.DiscardResult()
}

func TestFetch_panicsWithoutAContextAndFetchOrListDoesNot(t *testing.T) {
	c := krt.NewStaticCollection(nil, []thing{{Name: "a"}})
	if got := krt.FetchOrList(nil, c, krt.FilterKey("a")); len(got) != 1 {
		t.Errorf("FetchOrList() = %v, want the object", got)
	}
	defer func() {
		if diff := cmp.Diff(any("Fetch() requires a valid context"), recover()); diff != "" {
			t.Errorf("panic mismatch (-want +got):\n%s", diff)
		}
	}()
	krt.Fetch(nil, c)
}
