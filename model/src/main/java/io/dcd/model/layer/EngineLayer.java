package io.dcd.model.layer;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.lowering.LowerableLayer;
import io.dcd.engine.lowering.ParameterSpecification;
import java.io.Serializable;
import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A layer that the engine runs, as a DL4J definition. A subclass is one record of options, the list of its parameters,
 * and its operations; everything that DL4J asks of a definition besides follows from these.
 *
 * <p>A network of such layers is best lowered as a whole ({@link io.dcd.engine.lowering.Lowering}). Inside a plain
 * {@code ComputationGraph} each layer runs a plan of its own.
 *
 * @param <O> the record of everything that distinguishes two layers of this class and of equal channels
 */
public abstract class EngineLayer<O extends Record & Serializable> extends FeedForwardLayer implements LowerableLayer {
    @JsonProperty
    private O options;

    /** For DL4J's JSON reader, which fills the fields afterwards. */
    protected EngineLayer() {
        setActivationFn(new ActivationIdentity());
    }

    /** A layer from {@code inputs} to {@code outputs} channels. */
    protected EngineLayer(int inputs, int outputs, O options) {
        this();
        Requirement.check(inputs >= 1 && outputs >= 1, "channels must be at least 1, got %d → %d", inputs, outputs);
        setNIn(inputs);
        setNOut(outputs);
        this.options = options;
    }

    /** What distinguishes this layer from others of its class and channels. */
    protected O options() {
        return options;
    }

    /** C_in. */
    public int inputs() {
        return Math.toIntExact(getNIn());
    }

    /** C_out. */
    public int outputs() {
        return Math.toIntExact(getNOut());
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration configuration,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parametersView,
            boolean initializeParameters,
            DataType dataType) {
        EngineLayerInstance instance = new EngineLayerInstance(configuration, dataType);
        instance.setListeners(listeners);
        instance.setIndex(index);
        instance.setParamsViewArray(parametersView);
        Map<String, INDArray> table = initializer().init(configuration, parametersView, initializeParameters);
        instance.setParamTable(table);
        instance.setConf(configuration);
        return instance;
    }

    @Override
    public ParamInitializer initializer() {
        return EngineParameterInitializer.INSTANCE;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        long channels = channels(inputType);
        Requirement.check(
                channels == getNIn(),
                "layer %s: it reads %d channels, its input has %d",
                getLayerName(),
                getNIn(),
                channels);
    }

    @Override
    public IUpdater getUpdaterByParam(String key) {
        return kind(key).trainable() ? super.getUpdaterByParam(key) : new NoOp();
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, getOutputType(-1, inputType))
                .standardMemory(parameters, getIUpdater().stateSize(parameters))
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }

    /** How the parameter {@code key} is trained. */
    Parameter.Kind kind(String key) {
        return parameterSpecifications().stream()
                .filter(specification -> specification.key().equals(key))
                .map(ParameterSpecification::kind)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("layer %s has no parameter %s".formatted(getLayerName(), key)));
    }

    private static long channels(InputType inputType) {
        if (inputType instanceof InputType.InputTypeConvolutional images) {
            return images.getChannels();
        }
        return inputType.arrayElementsPerExample();
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other)
                && getClass() == other.getClass()
                && options.equals(((EngineLayer<?>) other).options);
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + options.hashCode();
    }

    @Override
    public String toString() {
        return "%s(name=%s, inputs=%d, outputs=%d, %s)"
                .formatted(getClass().getSimpleName(), getLayerName(), getNIn(), getNOut(), options);
    }
}
