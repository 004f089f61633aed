package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;

/** The pairs of input and output positions that a sliding window connects. */
final class WindowPositions {
    private WindowPositions() {}

    /** Position {@code input} of the batch lies at {@code tap} (row-major) of the window of position {@code output}. */
    interface Visitor {
        void visit(int tap, int input, int output);
    }

    static void forEach(int batch, Shape in, Shape out, int kernel, int stride, int padding, Visitor visitor) {
        for (int n = 0; n < batch; n++) {
            for (int p = 0; p < out.height(); p++) {
                for (int q = 0; q < out.width(); q++) {
                    for (int tap = 0; tap < kernel * kernel; tap++) {
                        int h = p * stride + tap / kernel - padding;
                        int w = q * stride + tap % kernel - padding;
                        if (h >= 0 && h < in.height() && w >= 0 && w < in.width()) {
                            visitor.visit(
                                    tap,
                                    (n * in.height() + h) * in.width() + w,
                                    (n * out.height() + p) * out.width() + q);
                        }
                    }
                }
            }
        }
    }
}
