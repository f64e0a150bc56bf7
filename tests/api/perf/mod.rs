mod alerts;
mod stream;
