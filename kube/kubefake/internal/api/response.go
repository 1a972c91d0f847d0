// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Media types of bodies.
const (
	jsonType  = "application/json"
	yamlType  = "application/yaml"
	protoType = "application/vnd.kubernetes.protobuf"
)

// Response is the answer to a request.
type Response struct {
	// Code is the HTTP status.
	Code int
	// Header are the HTTP headers.
	Header http.Header
	// Body is the body in pieces, to be written one after the other.
	Body [][]byte
	// Stream writes the body of a watch until the watch ends, w fails or the context ends. It is nil for other requests,
	// and must be called otherwise: it frees what the watch holds. It returns the pace's error when that breaks the
	// connection.
	Stream func(ctx context.Context, w io.Writer, pace Pace) error
}

// Pace decides how a watch goes on while it is written. It is asked in the goroutine that writes.
type Pace interface {
	// Disturbs reports whether Event has anything to do at present. Otherwise events are written in larger pieces.
	Disturbs() bool
	// Event is called before the watch tells of an object, with initial for those that were there when it began. It may
	// take its time until the context ends. An error with a status ends the watch with an error event; any other one, that
	// of the context excepted, breaks the connection in the middle of the event.
	Event(ctx context.Context, initial bool) error
	// End returns a channel with an error that ends the watch as an error event, once there is one.
	End() <-chan error
}

// Size returns the length of the body in bytes.
func (r *Response) Size() int64 {
	size := int64(0)
	for _, chunk := range r.Body {
		size += int64(len(chunk))
	}
	return size
}

func newResponse(code int, contentType string, body ...[]byte) *Response {
	return &Response{Code: code, Header: http.Header{"Content-Type": {contentType}}, Body: body}
}

func textResponse(code int, text string) *Response {
	return newResponse(code, "text/plain; charset=utf-8", []byte(text))
}

// jsonResponse answers with a document that has an encoding for certain.
func jsonResponse(code int, v any) *Response {
	body, err := json.Marshal(v)
	if err != nil {
		return textResponse(http.StatusInternalServerError, err.Error())
	}
	return newResponse(code, jsonType, body)
}

// ErrorResponse answers with the Status of an error, and reports whether it has one of its own.
func ErrorResponse(err error) (*Response, bool) {
	var known apierrors.APIStatus
	return errorResponse(err), errors.As(err, &known)
}

// errorResponse answers with the Status of an error.
func errorResponse(err error) *Response {
	status := statusOf(err)
	resp := jsonResponse(int(status.Code), status)
	if status.Details != nil && status.Details.RetryAfterSeconds > 0 {
		resp.Header.Set("Retry-After", strconv.Itoa(int(status.Details.RetryAfterSeconds)))
	}
	return resp
}

func statusOf(err error) *metav1.Status {
	var known apierrors.APIStatus
	if !errors.As(err, &known) {
		known = &apierrors.StatusError{ErrStatus: metav1.Status{
			Status: metav1.StatusFailure, Code: http.StatusInternalServerError, Message: err.Error(),
		}}
	}
	status := known.Status()
	status.Kind, status.APIVersion = "Status", "v1"
	return &status
}

// failure is an error with a status of its own.
func failure(code int, reason metav1.StatusReason, message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: int32(code), Reason: reason, Message: message, //nolint:gosec // an HTTP status
	}}
}

func unsupportedMedia(message string) error {
	return failure(http.StatusUnsupportedMediaType, metav1.StatusReasonUnsupportedMediaType, message)
}
