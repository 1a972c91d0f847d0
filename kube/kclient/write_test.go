// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	apitypes "k8s.io/apimachinery/pkg/types"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// sent is a request that a test saw.
type sent struct{ verb, path, body string }

// wire notes the requests that change something.
type wire struct {
	inner http.RoundTripper

	mu   sync.Mutex
	sent []sent
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	w.mu.Lock()
	w.sent = append(w.sent, sent{r.Method, r.URL.RequestURI(), string(body)})
	w.mu.Unlock()
	return w.inner.RoundTrip(r)
}

// take returns what was sent since the last call.
func (w *wire) take() []sent {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.sent
	w.sent = nil
	return s
}

// writers returns a client of a fake server with the objects, and what it sends.
func writers(t *testing.T, objects ...runtime.Object) (kube.Client, *wire) {
	t.Helper()
	shop := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
	server := kubefake.NewServer(append([]runtime.Object{shop}, objects...)...)
	w := &wire{inner: server.Transport()}
	config := server.RESTConfig()
	config.Transport = w
	config.QPS = -1
	client, err := kube.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Shutdown()
		server.Close()
	})
	return client, w
}

func settings(name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name},
		Data:       map[string]string{"value": value},
	}
}

func TestWriteOptions_dryRunChangesNothing(t *testing.T) {
	client, _ := writers(t, settings("a", "1"))
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	ctx := t.Context()
	b, err := maps.CreateCtx(ctx, settings("b", "1"), kclient.DryRun())
	if err != nil || b.UID == "" {
		t.Errorf("CreateCtx = %v, %v; want the object as it would be", b, err)
	}
	if _, err := maps.UpdateCtx(ctx, settings("a", "2"), kclient.DryRun()); err != nil {
		t.Error(err)
	}
	patch := []byte(`{"data":{"value":"2"}}`)
	if a, err := maps.PatchCtx(ctx, "a", "shop", apitypes.MergePatchType, patch, kclient.DryRun()); err != nil || a.Data["value"] != "2" {
		t.Errorf("PatchCtx = %v, %v; want the object as it would be", a, err)
	}
	if _, err := maps.ApplyCtx(ctx, settings("c", "1"), kclient.DryRun(), kclient.FieldOwner("me")); err != nil {
		t.Error(err)
	}
	if err := maps.DeleteCtx(ctx, "a", "shop", kclient.DryRun()); err != nil {
		t.Error(err)
	}
	if err := maps.DeleteCollectionCtx(ctx, "shop", metav1.ListOptions{}, kclient.DryRun()); err != nil {
		t.Error(err)
	}
	page, err := maps.ListLive(ctx, "shop", metav1.ListOptions{})
	if err != nil || len(page.Items) != 1 || page.Items[0].Data["value"] != "1" {
		t.Errorf("ListLive = %v, %v; want nothing but a, unchanged", page.Items, err)
	}
}

func TestWriteOptions_preconditionsKeepWritesFromOtherVersionsAndObjects(t *testing.T) {
	client, _ := writers(t, settings("a", "1"))
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	ctx := t.Context()
	first, err := maps.GetLive(ctx, "a", "shop")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := maps.Update(settings("a", "2")); err != nil {
		t.Fatal(err)
	}
	current, err := maps.GetLive(ctx, "a", "shop")
	if err != nil {
		t.Fatal(err)
	}
	writes := map[string]func(o kclient.WriteOption) error{
		"update": func(o kclient.WriteOption) error {
			_, err := maps.UpdateCtx(ctx, settings("a", "3"), o, kclient.DryRun())
			return err
		},
		"merge patch": func(o kclient.WriteOption) error {
			_, err := maps.PatchCtx(ctx, "a", "shop", apitypes.MergePatchType, []byte(`{"data":{"value":"3"}}`), o, kclient.DryRun())
			return err
		},
		"strategic merge patch": func(o kclient.WriteOption) error {
			_, err := maps.PatchCtx(ctx, "a", "shop", apitypes.StrategicMergePatchType, []byte(`{"data":{"value":"3"}}`), o, kclient.DryRun())
			return err
		},
		"JSON patch": func(o kclient.WriteOption) error {
			_, err := maps.PatchCtx(ctx, "a", "shop", apitypes.JSONPatchType,
				[]byte(`[{"op":"replace","path":"/data/value","value":"3"}]`), o, kclient.DryRun())
			return err
		},
		"apply": func(o kclient.WriteOption) error {
			_, err := maps.ApplyCtx(ctx, settings("a", "3"), o, kclient.DryRun(), kclient.FieldOwner("me"), kclient.Force())
			return err
		},
		"delete": func(o kclient.WriteOption) error { return maps.DeleteCtx(ctx, "a", "shop", o, kclient.DryRun()) },
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			if err := write(kclient.IfResourceVersion(first.ResourceVersion)); !apierrors.IsConflict(err) {
				t.Errorf("former version: %v, want a conflict", err)
			}
			if err := write(kclient.IfUID("another")); !apierrors.IsConflict(err) {
				t.Errorf("another UID: %v, want a conflict", err)
			}
			if err := write(kclient.IfResourceVersion(current.ResourceVersion)); err != nil {
				t.Errorf("current version: %v", err)
			}
			if err := write(kclient.IfUID(current.UID)); err != nil {
				t.Errorf("its UID: %v", err)
			}
		})
	}
	_, err = maps.PatchCtx(ctx, "a", "shop", apitypes.ApplyPatchType, []byte("data: {value: x}"), kclient.IfUID(current.UID))
	if err == nil || !strings.Contains(err.Error(), "JSON") {
		t.Errorf("apply patch in YAML with a precondition: %v, want an error that asks for JSON", err)
	}
}

// The API server calls a patch with another UID invalid.
func TestIfUID_isAConflictWhereTheServerSaysInvalid(t *testing.T) {
	invalid := func(field string) http.RoundTripper {
		return always{http.StatusUnprocessableEntity, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422,` +
			`"details":{"causes":[{"reason":"FieldValueInvalid","message":"field is immutable","field":"` + field + `"}]}}`}
	}
	for _, c := range []struct {
		field    string
		opts     []kclient.WriteOption
		conflict bool
	}{
		{"metadata.uid", []kclient.WriteOption{kclient.IfUID("another")}, true},
		{"data", []kclient.WriteOption{kclient.IfUID("another")}, false},
		{"metadata.uid", nil, false},
	} {
		client, err := kube.New(&rest.Config{Host: "http://localhost", Transport: invalid(c.field)})
		if err != nil {
			t.Fatal(err)
		}
		maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
		_, err = maps.PatchCtx(t.Context(), "a", "shop", apitypes.MergePatchType, []byte("{}"), c.opts...)
		if apierrors.IsConflict(err) != c.conflict || apierrors.IsInvalid(err) == c.conflict {
			t.Errorf("%s with %d options: %v", c.field, len(c.opts), err)
		}
	}
}

// always answers every request alike.
type always struct {
	status int
	body   string
}

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: r,
	}, nil
}

func TestWriteOptions_thatDoNotApplyAreErrorsAndWriteNothing(t *testing.T) {
	client, wire := writers(t, settings("a", "1"))
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	ctx := t.Context()
	_, create := maps.CreateCtx(ctx, settings("b", "1"), kclient.IfUID("x"))
	_, update := maps.UpdateCtx(ctx, settings("a", "1"), kclient.GracePeriod(0))
	_, patch := maps.PatchCtx(ctx, "a", "shop", apitypes.MergePatchType, []byte("{}"), kclient.Propagation(metav1.DeletePropagationOrphan))
	_, apply := maps.ApplyCtx(ctx, settings("a", "1"), kclient.FieldOwner("me"), kclient.GracePeriod(time.Second))
	for name, err := range map[string]error{
		"create": create, "update": update, "patch": patch, "apply": apply,
		"delete":              maps.DeleteCtx(ctx, "a", "shop", kclient.Force()),
		"delete a collection": maps.DeleteCollectionCtx(ctx, "shop", metav1.ListOptions{}, kclient.IfUID("x")),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), name+": option ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := maps.CreateCtx(ctx, nil); err == nil {
		t.Error("CreateCtx of nil is no error")
	}
	if _, err := maps.ApplyCtx(ctx, nil, kclient.FieldOwner("me")); err == nil {
		t.Error("ApplyCtx of nil is no error")
	}
	if got := wire.take(); len(got) != 0 {
		t.Errorf("requests were sent: %v", got)
	}
	if _, err := maps.UpdateCtx(ctx, settings("a", "1"), kclient.WriteOption{}); err != nil {
		t.Errorf("the zero option: %v", err)
	}
}

func TestDeleteCtx_sendsGracePeriodAndPropagation(t *testing.T) {
	client, wire := writers(t, pod("shop", "web"))
	pods := kclient.NewWriteClient[*corev1.Pod](client)
	err := pods.DeleteCtx(t.Context(), "web", "shop",
		kclient.GracePeriod(1500*time.Millisecond), kclient.Propagation(metav1.DeletePropagationForeground))
	if err != nil {
		t.Fatal(err)
	}
	want := []sent{{
		"DELETE", "/api/v1/namespaces/shop/pods/web",
		`{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1","gracePeriodSeconds":2,"propagationPolicy":"Foreground"}`,
	}}
	if diff := cmp.Diff(want, wire.take(), cmp.AllowUnexported(sent{})); diff != "" {
		t.Errorf("requests mismatch (-want +got):\n%s", diff)
	}
}

func TestDeleteCollectionCtx_deletesWhatIsSelected(t *testing.T) {
	client, _ := writers(t, pod("shop", "a", "app", "x"), pod("shop", "b"), pod("bank", "c", "app", "x"))
	pods := kclient.NewWriteClient[*corev1.Pod](client)
	if err := pods.DeleteCollectionCtx(t.Context(), "shop", metav1.ListOptions{LabelSelector: "app=x"}); err != nil {
		t.Fatal(err)
	}
	page, err := pods.ListLive(t.Context(), metav1.NamespaceAll, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	expectNames(t, "what is left", names(page.Items), "bank/c", "shop/b")
}

func TestApplyCtx_ownsWhatItAppliesAndNothingElse(t *testing.T) {
	client, wire := writers(t)
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	ctx := t.Context()
	first, err := maps.ApplyCtx(ctx, settings("a", "1"), kclient.FieldOwner("me"))
	if err != nil {
		t.Fatal(err)
	}
	if got := wire.take()[0].body; got != `{"apiVersion":"v1","data":{"value":"1"},"kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"}}` {
		t.Errorf("applied %s", got)
	}
	other := settings("a", "1")
	other.Data = map[string]string{"more": "2"}
	if _, err := maps.ApplyCtx(ctx, other, kclient.FieldOwner("you")); err != nil {
		t.Fatal(err)
	}
	// What was read from the server, managed fields and all, can be applied.
	first.Data["value"] = "2"
	if _, err := maps.ApplyCtx(ctx, first, kclient.FieldOwner("me")); !apierrors.IsConflict(err) {
		t.Errorf("apply of a former version: %v, want a conflict", err)
	}
	first.ResourceVersion = ""
	answer, err := maps.ApplyCtx(ctx, first, kclient.FieldOwner("me"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"value": "2", "more": "2"}, answer.Data); diff != "" {
		t.Errorf("data mismatch (-want +got):\n%s", diff)
	}
	if first.ManagedFields == nil || first.Kind != "" {
		t.Error("the caller's object was changed")
	}
	_, err = maps.ApplyCtx(ctx, settings("a", "3"), kclient.FieldOwner("you"))
	if !apierrors.IsConflict(err) {
		t.Errorf("apply of another's field: %v, want a conflict", err)
	}
	if _, err := maps.ApplyCtx(ctx, settings("a", "3"), kclient.FieldOwner("you"), kclient.Force()); err != nil {
		t.Errorf("forced: %v", err)
	}
	for _, c := range []struct {
		object *corev1.ConfigMap
		opts   []kclient.WriteOption
		want   string
	}{
		{settings("a", "1"), nil, "FieldOwner"},
		{settings("", "1"), []kclient.WriteOption{kclient.FieldOwner("me")}, "name is missing"},
	} {
		if _, err := maps.ApplyCtx(ctx, c.object, c.opts...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one about %s", err, c.want)
		}
	}
}

func TestApplyCtx_ofTheStatusSendsNothingElse(t *testing.T) {
	client, wire := writers(t, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}})
	deployments := kclient.NewWriteClient[*appsv1.Deployment](client)
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Labels: map[string]string{"a": "b"}},
		Status:     appsv1.DeploymentStatus{ReadyReplicas: 3},
	}
	answer, err := deployments.ApplyCtx(t.Context(), d, kclient.FieldOwner("me"), kclient.Subresource("status"))
	if err != nil || answer.Status.ReadyReplicas != 3 || answer.Labels != nil {
		t.Errorf("ApplyCtx = %v, %v", answer, err)
	}
	request := wire.take()[0]
	if want := `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"status":{"readyReplicas":3}}`; request.body != want {
		t.Errorf("applied %s, want %s", request.body, want)
	}
	if !strings.HasPrefix(request.path, "/apis/apps/v1/namespaces/shop/deployments/web/status?") {
		t.Errorf("path is %s", request.path)
	}
	d.Status.ReadyReplicas = 5
	if answer, err = deployments.ApplyCtx(t.Context(), d, kclient.FieldOwner("me")); err != nil || answer.Status.ReadyReplicas != 3 {
		t.Errorf("apply of the object changed the status: %v, %v", answer.Status, err)
	}
	if body := wire.take()[0].body; strings.Contains(body, "status") || strings.Contains(body, "null") {
		t.Errorf("applied %s, want no status and no nulls", body)
	}
}

func TestApplyConfigCtx_takesEveryFormOfAConfiguration(t *testing.T) {
	client, _ := writers(t)
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	raw := map[string]any{"metadata": map[string]any{"name": "a", "namespace": "shop"}, "data": map[string]any{"value": "1"}}
	for name, c := range map[string]any{
		"apply configuration": corev1apply.ConfigMap("a", "shop").WithData(map[string]string{"value": "1"}),
		"unstructured": &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": raw["metadata"], "data": raw["data"],
		}},
		"map": raw,
	} {
		answer, err := maps.ApplyConfigCtx(t.Context(), c, kclient.FieldOwner("me"))
		if err != nil || answer.Data["value"] != "1" {
			t.Errorf("%s: %v, %v", name, answer, err)
		}
	}
	if raw["kind"] != nil {
		t.Error("the caller's map was changed")
	}
	for _, c := range []any{corev1apply.Secret("a", "shop"), nil, "text", map[string]any{}} {
		if _, err := maps.ApplyConfigCtx(t.Context(), c, kclient.FieldOwner("me")); err == nil {
			t.Errorf("%v is no error", c)
		}
	}
}

func TestWrites_endWithTheirContext(t *testing.T) {
	client, _ := writers(t)
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := maps.CreateCtx(ctx, settings("a", "1")); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}

func TestAllLive_readsPageByPage(t *testing.T) {
	var objects []runtime.Object
	var want []string
	for i := range 7 {
		objects = append(objects, pod("shop", fmt.Sprintf("p%d", i), "app", "x"))
		want = append(want, fmt.Sprintf("p%d", i))
	}
	client, wire := writers(t, append(objects, pod("shop", "other"))...)
	pods := kclient.NewWriteClient[*corev1.Pod](client)
	var got []string
	for p, err := range kclient.AllLive(t.Context(), pods, "shop", metav1.ListOptions{LabelSelector: "app=x", Limit: 3}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names mismatch (-want +got):\n%s", diff)
	}
	if requests := wire.take(); len(requests) != 3 {
		t.Errorf("%d requests, want 3: %v", len(requests), requests)
	}
	for _, err := range kclient.AllLive(t.Context(), pods, "shop", metav1.ListOptions{Limit: 1}) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if requests := wire.take(); len(requests) != 1 {
		t.Errorf("%d requests for one object, want 1", len(requests))
	}
	var last error
	for p, err := range kclient.AllLive(t.Context(), pods, "shop", metav1.ListOptions{LabelSelector: "=="}) {
		if last = err; p != nil {
			t.Errorf("yields %v", p)
		}
	}
	if !apierrors.IsBadRequest(last) {
		t.Errorf("error is %v, want a bad request", last)
	}
}

func TestCreateSubresource_evictsPods(t *testing.T) {
	client, _ := writers(t, pod("shop", "web"))
	pods := kclient.NewWriteClient[*corev1.Pod](client)
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}}
	var answer metav1.Status
	if err := pods.CreateSubresource(t.Context(), "web", "shop", "eviction", eviction, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Status != metav1.StatusSuccess || eviction.Kind != "" {
		t.Errorf("answer %v, body %v", answer, eviction)
	}
	if _, err := pods.GetLive(t.Context(), "web", "shop"); !apierrors.IsNotFound(err) {
		t.Errorf("pod: %v, want it gone", err)
	}
	if err := pods.CreateSubresource(t.Context(), "web", "shop", "eviction", eviction, nil); !apierrors.IsNotFound(err) {
		t.Errorf("eviction of nothing: %v, want NotFound", err)
	}
}

func TestSubresources_areReadAndWritten(t *testing.T) {
	client, wire := writers(t, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}})
	deployments := kclient.NewWriteClient[*appsv1.Deployment](client)
	ctx := t.Context()
	var d appsv1.Deployment
	patch := []byte(`{"status":{"readyReplicas":2}}`)
	if err := deployments.PatchSubresource(ctx, "web", "shop", "status", apitypes.MergePatchType, patch, &d, kclient.FieldOwner("me")); err != nil {
		t.Fatal(err)
	}
	if d.Status.ReadyReplicas != 2 {
		t.Errorf("patched to %v", d.Status)
	}
	d.Status.ReadyReplicas = 3
	d.TypeMeta = metav1.TypeMeta{}
	if err := deployments.UpdateSubresource(ctx, "web", "shop", "status", &d, nil); err != nil {
		t.Fatal(err)
	}
	var got appsv1.Deployment
	if err := deployments.GetSubresource(ctx, "web", "shop", "status", &got); err != nil || got.Status.ReadyReplicas != 3 {
		t.Errorf("GetSubresource = %v, %v", got.Status, err)
	}
	wire.take()
	if deployments.UpdateSubresource(ctx, "web", "shop", "status", &d, nil, kclient.IfUID("x")) == nil ||
		deployments.PatchSubresource(ctx, "web", "shop", "status", apitypes.MergePatchType, patch, nil, kclient.Subresource("x")) == nil ||
		len(wire.take()) != 0 {
		t.Error("options that do not apply are no errors")
	}
}

func TestCreateOrUpdateCtx_replacesTheCurrentVersionWithOptions(t *testing.T) {
	client, wire := writers(t)
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	for _, value := range []string{"1", "2"} {
		m, err := kclient.CreateOrUpdateCtx(t.Context(), maps, settings("a", value), kclient.FieldOwner("me"))
		if err != nil || m.Data["value"] != value {
			t.Errorf("CreateOrUpdateCtx = %v, %v", m, err)
		}
	}
	for _, s := range wire.take() {
		if s.verb != "GET" && !strings.HasSuffix(s.path, "?fieldManager=me") {
			t.Errorf("%s %s: options are missing", s.verb, s.path)
		}
	}
}

func TestClient_writesAsWithoutContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, nil)
		defer end()
		maps := kclient.New[*corev1.ConfigMap](client)
		mustRun(t, client, stop)
		m, err := maps.CreateCtx(t.Context(), settings("a", "1"))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if cached := maps.Get("a", "shop"); cached == nil || cached.ResourceVersion != m.ResourceVersion {
			t.Errorf("cached %v, want %v", cached, m)
		}
		if !slices.Equal(names(maps.List("shop", nil)), []string{"shop/a"}) {
			t.Error("List does not have it")
		}
	})
}
