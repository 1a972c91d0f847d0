// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/types"
)

// Resource reads and writes the objects of one Go type on the API server. Objects
// that are given to it are neither kept nor changed.
type Resource struct {
	info types.Info
	rest rest.Interface
}

// NewResource returns a Resource that speaks through a REST client for the type's
// group and version.
func NewResource(info types.Info, client rest.Interface) Resource {
	return Resource{info: info, rest: client}
}

// at directs a request to the resource. Cluster-scoped objects have no namespace,
// whatever is asked for.
func (r Resource) at(request *rest.Request, namespace string) *rest.Request {
	return request.
		NamespaceIfScoped(namespace, namespace != "" && r.info.Scope != types.ScopeCluster).
		Resource(r.info.GVR.Resource)
}

// List lists objects.
func (r Resource) List(ctx context.Context, namespace string, opts metav1.ListOptions) (runtime.Object, error) {
	list, err := r.info.NewList()
	if err != nil {
		return nil, err
	}
	err = r.at(r.rest.Get(), namespace).
		VersionedParams(&opts, metav1.ParameterCodec).
		Timeout(timeoutOf(opts)).
		Do(ctx).
		Into(list)
	return list, err
}

// Watch watches objects.
func (r Resource) Watch(ctx context.Context, namespace string, opts metav1.ListOptions) (watch.Interface, error) {
	opts.Watch = true
	return r.at(r.rest.Get(), namespace).
		VersionedParams(&opts, metav1.ParameterCodec).
		Timeout(timeoutOf(opts)).
		Watch(ctx)
}

func timeoutOf(opts metav1.ListOptions) time.Duration {
	if opts.TimeoutSeconds == nil {
		return 0
	}
	return time.Duration(*opts.TimeoutSeconds) * time.Second
}

// Create creates the object.
func (r Resource) Create(
	ctx context.Context, object controllers.Object, opts metav1.CreateOptions,
) (controllers.Object, error) {
	return r.send(ctx, r.at(r.rest.Post(), object.GetNamespace()).VersionedParams(&opts, metav1.ParameterCodec), object)
}

// Update replaces the object, or a subresource of it.
func (r Resource) Update(
	ctx context.Context, object controllers.Object, opts metav1.UpdateOptions, subresources ...string,
) (controllers.Object, error) {
	request := r.at(r.rest.Put(), object.GetNamespace()).
		Name(object.GetName()).
		SubResource(subresources...).
		VersionedParams(&opts, metav1.ParameterCodec)
	return r.send(ctx, request, object)
}

// send sends a copy of the object: encoding sets its kind, and the original may be
// in a cache that others read.
func (r Resource) send(ctx context.Context, request *rest.Request, object controllers.Object) (controllers.Object, error) {
	body, ok := object.DeepCopyObject().(controllers.Object)
	if !ok {
		return nil, fmt.Errorf("copy of %T is no object", object)
	}
	body.SetGroupVersionKind(r.info.GVK)
	return r.receive(request.Body(body).Do(ctx))
}

func (r Resource) receive(result rest.Result) (controllers.Object, error) {
	object := r.info.New()
	if err := result.Into(object); err != nil {
		return nil, err
	}
	return object, nil
}

// Patch patches the object, or a subresource of it.
func (r Resource) Patch(
	ctx context.Context, name, namespace string, pt apitypes.PatchType, data []byte, opts metav1.PatchOptions,
	subresources ...string,
) (controllers.Object, error) {
	return r.receive(r.at(r.rest.Patch(pt), namespace).
		Name(name).
		SubResource(subresources...).
		VersionedParams(&opts, metav1.ParameterCodec).
		Body(data).
		Do(ctx))
}

// Delete deletes the object.
func (r Resource) Delete(ctx context.Context, name, namespace string, opts metav1.DeleteOptions) error {
	return r.remove(ctx, r.at(r.rest.Delete(), namespace).Name(name), opts)
}

func (r Resource) remove(ctx context.Context, request *rest.Request, opts metav1.DeleteOptions) error {
	opts.TypeMeta = metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "DeleteOptions"}
	body, err := json.Marshal(&opts)
	if err != nil {
		return fmt.Errorf("encode delete options: %w", err)
	}
	return request.
		SetHeader("Content-Type", runtime.ContentTypeJSON).
		Body(body).
		Do(ctx).
		Error()
}

// Get reads one object from the API server.
func (r Resource) Get(ctx context.Context, name, namespace string, opts metav1.GetOptions) (controllers.Object, error) {
	return r.receive(r.at(r.rest.Get(), namespace).
		Name(name).
		VersionedParams(&opts, metav1.ParameterCodec).
		Do(ctx))
}

// DeleteCollection deletes the objects that which selects.
func (r Resource) DeleteCollection(
	ctx context.Context, namespace string, which metav1.ListOptions, opts metav1.DeleteOptions,
) error {
	return r.remove(ctx, r.at(r.rest.Delete(), namespace).
		VersionedParams(&which, metav1.ParameterCodec).
		Timeout(timeoutOf(which)), opts)
}

// Exchange is a request about a subresource whose kind is not the object's.
type Exchange struct {
	Verb, Name, Namespace, Subresource string
	Options                            runtime.Object // of the verb
	ContentType                        string         // of Body
	Body                               []byte         // nil for none
}

// Exchange makes the request and returns the answer as JSON.
func (r Resource) Exchange(ctx context.Context, e Exchange) ([]byte, error) {
	request := r.at(r.rest.Verb(e.Verb), e.Namespace).
		Name(e.Name).
		SubResource(e.Subresource).
		VersionedParams(e.Options, metav1.ParameterCodec).
		SetHeader("Accept", runtime.ContentTypeJSON)
	if e.Body != nil {
		request = request.SetHeader("Content-Type", e.ContentType).Body(e.Body)
	}
	answer := request.Do(ctx)
	if err := answer.Error(); err != nil {
		return nil, err
	}
	return answer.Raw()
}
