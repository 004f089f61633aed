package io.dcd.engine.backend.onednn;

import io.dcd.engine.graph.Shape;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.memory.format_tag;

/** How oneDNN is told where the values of a tensor or matrix lie. */
final class Layouts {
    private Layouts() {}

    /** A feature map: logical (N, C, H, W), channels innermost. */
    static desc featureMap(int batch, Shape shape) {
        return new desc(featureMapExtents(batch, shape), data_type.f32, format_tag.nhwc);
    }

    /** 8-bit images in rows of {@code columns} values. */
    static desc byteRows(long rows, long columns) {
        return new desc(new long[] {rows, columns}, data_type.u8, format_tag.ab);
    }

    /** One value for each sample and channel, as a feature map of one position. */
    static desc channelFactors(int batch, int channels) {
        return new desc(new long[] {batch, channels, 1, 1}, data_type.f32, format_tag.nhwc);
    }

    /** A vector. */
    static desc vector(long elements) {
        return new desc(new long[] {elements}, data_type.f32, format_tag.a);
    }

    /** A row-major matrix. */
    static desc matrix(long rows, long columns) {
        return new desc(new long[] {rows, columns}, data_type.f32, format_tag.ab);
    }

    /** {@code count} columns from {@code first} on of a row-major matrix of {@code columns}. */
    static desc columns(long rows, long columns, long first, long count) {
        return matrix(rows, columns).submemory_desc(new long[] {rows, count}, new long[] {0, first});
    }

    /** The transpose, {@code rows × columns}, of a row-major matrix of {@code columns} rows. */
    static desc transposed(long rows, long columns) {
        return new desc(new long[] {rows, columns}, data_type.f32, format_tag.ba);
    }

    /** Values whose neighbours in each direction lie {@code strides} apart. */
    static desc strided(long[] extents, long... strides) {
        return new desc(extents, data_type.f32, strides);
    }

    /** The transpose, {@code rows × columns}, of the first {@code rows} columns of a row-major matrix of {@code width}. */
    static desc transposedColumns(long rows, long width, long columns) {
        return new desc(new long[] {rows, columns}, data_type.f32, new long[] {1, width});
    }

    /** The first {@code count} columns of a row-major matrix of {@code columns}, for every sample the same. */
    static desc sharedColumns(long rows, long columns, long count) {
        return new desc(new long[] {1, rows, count}, data_type.f32, new long[] {rows * columns, columns, 1});
    }

    /** Every {@code stride}-th position of every {@code stride}-th row of a sample's map, in {@code matrices}. */
    static desc everyPosition(Shape shape, int stride, long matrices, long positions) {
        long channels = shape.channels();
        return new desc(new long[] {matrices, positions, channels}, data_type.f32, new long[] {
            stride * shape.width() * channels, stride * channels, 1
        });
    }

    /** A row-major matrix for each of {@code count} samples. */
    static desc matrices(long count, long rows, long columns) {
        return new desc(new long[] {count, rows, columns}, data_type.f32, format_tag.abc);
    }

    /** The first {@code wanted} columns of a row-major matrix for each of {@code count} samples. */
    static desc leadingColumns(long count, long rows, long columns, long wanted) {
        return strided(new long[] {count, rows, wanted}, rows * columns, columns, 1);
    }

    /** The transposes, {@code rows × columns}, of row-major matrices of {@code columns} rows. */
    static desc transposedMatrices(long count, long rows, long columns) {
        return new desc(new long[] {count, rows, columns}, data_type.f32, format_tag.acb);
    }

    /** Convolution weights (C_out, C_in, k, k), row-major. */
    static desc weights(int outputs, int inputs, int kernel) {
        return new desc(weightExtents(outputs, inputs, kernel), data_type.f32, format_tag.oihw);
    }

    /** Convolution weights, row-major (k, k, C_out, C_in). */
    static desc tapMajorWeights(int outputs, int inputs, int kernel) {
        long matrix = (long) outputs * inputs;
        return strided(weightExtents(outputs, inputs, kernel), inputs, 1, kernel * matrix, matrix);
    }

    /** Convolution weights as row-major (k, k, C_in, C_out). */
    static desc positionWeights(int outputs, int inputs, int kernel) {
        return new desc(weightExtents(outputs, inputs, kernel), data_type.f32, format_tag.hwio);
    }

    /** Convolution weights in whatever order the primitive likes best. */
    static desc anyWeights(int outputs, int inputs, int kernel) {
        return new desc(weightExtents(outputs, inputs, kernel), data_type.f32, format_tag.any);
    }

    /** Depthwise weights, row-major (k, k, C), as oneDNN's groups (C, 1, 1, k, k). */
    static desc depthwiseWeights(int channels, int kernel) {
        return strided(depthwiseExtents(channels, kernel), 1, 1, 1, (long) kernel * channels, channels);
    }

    /** Depthwise weights in whatever order the primitive likes best. */
    static desc anyDepthwiseWeights(int channels, int kernel) {
        return new desc(depthwiseExtents(channels, kernel), data_type.f32, format_tag.any);
    }

    /** The number of floats behind a layout. */
    static long floats(desc layout) {
        return (layout.get_size() + Float.BYTES - 1) / Float.BYTES;
    }

    static long[] featureMapExtents(int batch, Shape shape) {
        return new long[] {batch, shape.channels(), shape.height(), shape.width()};
    }

    private static long[] weightExtents(int outputs, int inputs, int kernel) {
        return new long[] {outputs, inputs, kernel, kernel};
    }

    private static long[] depthwiseExtents(int channels, int kernel) {
        return new long[] {channels, 1, 1, kernel, kernel};
    }
}
