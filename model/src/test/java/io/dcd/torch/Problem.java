package io.dcd.torch;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import java.util.Arrays;
import java.util.Random;

/**
 * What both sides of a comparison are given.
 *
 * @param parameters the flat vector
 * @param input images (batch, height, width, channels), or vectors
 * @param labels soft labels (batch, classes)
 */
record Problem(Graph graph, int batch, float[] parameters, float[] input, float[] labels) {
    static final double MOMENTUM = 0.9;

    /** So large that it shows beside the gradients. */
    static final double WEIGHT_DECAY = 10;

    /** A problem at {@code point}. */
    static Problem draw(Graph graph, int batch, Point point, Random random) {
        float[] parameters = point.parameters(graph, random);
        float[] input = new float[batch * graph.inputs().get(0).shape().elements()];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) random.nextDouble(-2, 2);
        }
        return new Problem(graph, batch, parameters, input, softLabels(graph, batch, random));
    }

    /** Two classes for each sample, as mixup yields. */
    private static float[] softLabels(Graph graph, int batch, Random random) {
        int classes = graph.output().shape().elements();
        float[] values = new float[batch * classes];
        for (int n = 0; n < batch; n++) {
            values[n * classes + random.nextInt(classes)] += 0.75f;
            values[n * classes + random.nextInt(classes)] += 0.25f;
        }
        return values;
    }

    /** The values with which {@code parameter} begins. */
    double[] parameters(Parameter parameter) {
        int first = Math.toIntExact(parameter.offset());
        double[] values = new double[parameter.elements()];
        Arrays.setAll(values, i -> parameters[first + i]);
        return values;
    }

    /** The shape of one sample. */
    Shape inputShape() {
        return graph.inputs().get(0).shape();
    }
}
