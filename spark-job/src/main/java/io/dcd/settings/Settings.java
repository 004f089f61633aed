package io.dcd.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that decides how a job runs, read from HOCON. Defaults, units and sources stand in {@code reference.conf} beside this
 * class; a record's component is the key of the same name in kebab case.
 */
public record Settings(
        NetworkSettings network,
        DataSettings data,
        AugmentationSettings augmentation,
        TrainingSettings training,
        AveragingSettings averaging,
        DivergenceSettings divergence,
        EvaluationSettings evaluation,
        CheckpointSettings checkpoint,
        EngineSettings engine,
        Config source) {
    /** The settings that {@code source}, a complete configuration, holds. */
    static Settings of(Config source) {
        return new Settings(
                ConfigRecords.read(source, "network", NetworkSettings.class),
                ConfigRecords.read(source, "data", DataSettings.class),
                ConfigRecords.read(source, "augmentation", AugmentationSettings.class),
                ConfigRecords.read(source, "training", TrainingSettings.class),
                ConfigRecords.read(source, "averaging", AveragingSettings.class),
                ConfigRecords.read(source, "divergence", DivergenceSettings.class),
                ConfigRecords.read(source, "evaluation", EvaluationSettings.class),
                ConfigRecords.read(source, "checkpoint", CheckpointSettings.class),
                ConfigRecords.read(source, "engine", EngineSettings.class),
                source);
    }

    /** The same with one key changed. */
    public Settings with(String key, Object value) {
        return of(source.withValue(key, ConfigValueFactory.fromAnyRef(value, "the job")));
    }

    /** The complete configuration as HOCON, as a run directory keeps it. */
    public String render() {
        return source.root()
                .render(ConfigRenderOptions.defaults()
                        .setOriginComments(false)
                        .setComments(false)
                        .setJson(false));
    }

    /**
     * The settings on which a trained network depends, by key: a run can be resumed only with the same. Native threads and backends change
     * rounding alone, and are left out.
     */
    public Map<String, String> identity() {
        Map<String, String> identity = new TreeMap<>();
        for (Map.Entry<String, ConfigValue> entry : source.entrySet()) {
            String key = entry.getKey();
            boolean decides = key.startsWith("network.")
                    || key.startsWith("training.") && !key.equals("training.limit-rounds")
                    || key.startsWith("augmentation.")
                    || key.startsWith("averaging.") && !key.equals("averaging.place")
                    || key.equals("data.image-size");
            if (decides) {
                identity.put(key, String.valueOf(entry.getValue().unwrapped()));
            }
        }
        return identity;
    }
}
