/// What is only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Operations that flushes carried.
    PipelineOperations,
    /// Values at or above the threshold of compression.
    CompressionValues,
    /// Of them, stored compressed.
    Compressed,
    /// Bytes of them before.
    CompressionIn,
    /// Bytes of them as stored.
    CompressionOut,
    /// Times the breaker opened.
    BreakerOpened,
    /// Leases that ended without a word from their holder.
    LeasesExpired,
}

impl Count {
    /// How many there are.
    pub const COUNT: usize = 7;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::PipelineOperations,
        Self::CompressionValues,
        Self::Compressed,
        Self::CompressionIn,
        Self::CompressionOut,
        Self::BreakerOpened,
        Self::LeasesExpired,
    ];

    /// Its name between servers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PipelineOperations => "pipeline_operations",
            Self::CompressionValues => "compression_values",
            Self::Compressed => "compressed",
            Self::CompressionIn => "compression_in",
            Self::CompressionOut => "compression_out",
            Self::BreakerOpened => "breaker_opened",
            Self::LeasesExpired => "leases_expired",
        }
    }

    /// The count of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|count| count.name() == name)
    }
}
