package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.InitialValues;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Vanilla dynamic convolution, the paper's equation 1: DY-Conv with softmax routing, CondConv with sigmoid routing,
 *
 * <pre>
 * y = W(x) * x,   W(x) = Σ_k π_k(x)·W_k
 * </pre>
 *
 * with π(x) from the {@link KernelMixture}. Each sample's kernel is formed, then applied once: K static convolutions in
 * its place would cost K times as much.
 *
 * <p>x is (N, H, W, C_in), y is (N, ⌈H/stride⌉, ⌈W/stride⌉, C_out), both NHWC, padded by (k − 1)/2. The kernels are W
 * (K, k, k, C_out, C_in), or (K, k, k, C, 1) where the layer is depthwise.
 *
 * <p>Trainable parameters: K·C_out·C_in·k², or K·C·k², and those of the routing.
 */
public final class DynamicConvolution extends ImageLayer<DynamicConvolution.Options> {
    /**
     * What distinguishes two such layers.
     *
     * @param window k and the stride
     * @param depthwise whether each output channel sees the input channel of the same number alone
     * @param mixture what yields π(x)
     */
    public record Options(
            @JsonProperty("window") Window window,
            @JsonProperty("depthwise") boolean depthwise,
            @JsonProperty("mixture") KernelMixture mixture)
            implements Serializable {
        @JsonCreator
        public Options {}
    }

    /** For DL4J's JSON reader. */
    public DynamicConvolution() {}

    /** A layer from {@code inputs} to {@code outputs} channels. */
    public DynamicConvolution(int inputs, int outputs, Options options) {
        super(inputs, outputs, options);
        Requirement.check(
                !options.depthwise() || inputs == outputs,
                "a depthwise layer has as many outputs as inputs, got %d → %d",
                inputs,
                outputs);
    }

    @Override
    protected int stride() {
        return options().window().stride();
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        int kernel = options().window().kernel();
        int kernels = options().mixture().kernels();
        InitialValues values = InitialValues.convolution(kernel, outputs());
        List<ParameterSpecification> list = new ArrayList<>();
        int inputs = options().depthwise() ? 1 : inputs();
        list.add(weight("W", values, kernels, kernel, kernel, outputs(), inputs));
        list.addAll(options().mixture().parameterSpecifications(inputs()));
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Window window = options().window();
        int kernel = window.kernel();
        Tensor pi = options().mixture().lower(graph, x, parameters);
        Parameter weights = parameters.get("W");
        if (options().depthwise()) {
            Tensor formed = graph.mixture("kernel", pi, weights, new Shape(kernel, kernel, outputs()));
            return graph.batchedDepthwiseConvolution("y", formed, x, window.stride(), window.padding());
        }
        Tensor formed = graph.mixture("kernel", pi, weights, new Shape(kernel, kernel, outputs() * inputs()));
        return kernel == 1
                ? graph.batchedProduct("y", formed, graph.sampled("sampled", x, window.stride()))
                : graph.batchedConvolution("y", formed, x, window.stride(), window.padding());
    }
}
